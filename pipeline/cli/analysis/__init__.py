"""Commands on what is computed from the tables."""
