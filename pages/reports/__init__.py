"""レポート: what is reported, to whom and when; its runs; the editor of a definition."""
