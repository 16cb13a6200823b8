"""The runs that make reports."""
