"""The runs that make reports: what one does, what it leaves, who is told, and what there was."""
