"""Backtests: the simulation, recorded runs, and a second opinion on them."""
