"""Many parameter sets of one strategy, measured in one pass."""
