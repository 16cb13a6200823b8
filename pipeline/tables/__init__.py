"""Records as typed tables: one name a column, one type a column, files that any two days are read from together."""
