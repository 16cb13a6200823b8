"""A document as people want it: first rows, columns, other forms, differences."""
