"""How the bytes of a document are read: a line or a value at a time, each looked at once."""
