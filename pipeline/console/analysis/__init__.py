"""What people do with what is computed from the tables."""
