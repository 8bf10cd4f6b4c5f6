"""Jobs: pieces of work in the background or in a batch."""
