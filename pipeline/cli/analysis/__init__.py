"""Commands about what is computed from the tables: each exits with 1 when something is wrong."""
