"""Reports in somebody's hands: definitions, what fills them, their runs."""
