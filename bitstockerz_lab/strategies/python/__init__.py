"""Strategies written as Python functions: their text, where it is checked, and where it runs."""
