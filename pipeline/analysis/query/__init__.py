"""SQL over a day's tables: one face, and the engines behind it."""
