"""The same sweep by other people's engines, each in a process of its own."""
