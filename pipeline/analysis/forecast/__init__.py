"""What can honestly be foreseen of a person's days, and how well it was foreseen before."""
