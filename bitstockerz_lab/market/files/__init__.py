"""Files and frames as they come, read into rows on their way in."""
