"""データソース: what comes beside the tables."""
