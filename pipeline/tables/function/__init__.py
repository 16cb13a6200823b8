"""The tables' own function: what it is asked for, and what it does; a zip of its own, which holds pyarrow."""
