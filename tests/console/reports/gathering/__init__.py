"""Gathering: what blocks of a report read, at which versions, and what becomes of those that fail."""
