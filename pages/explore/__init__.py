"""分析: SQL over the tables, in an engine that runs in the person's own browser."""
