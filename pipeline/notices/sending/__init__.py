"""One go at telling: what waits, who took it, by which way."""
