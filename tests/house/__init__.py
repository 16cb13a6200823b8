"""What holds for the whole tree, whatever a wing is for."""
