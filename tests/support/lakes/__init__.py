"""Lakes that others have filled: what the console finds there, and what is right to say of it."""
