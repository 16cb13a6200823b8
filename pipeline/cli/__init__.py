"""The command line: what a person types, on the same App as the console."""
