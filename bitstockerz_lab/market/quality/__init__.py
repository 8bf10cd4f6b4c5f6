"""Whether bars are right: what is missing, frozen, far out or in another unit."""
