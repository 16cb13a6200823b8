"""The tab 相関: the named questions, 探索, and one pair looked at closely."""
