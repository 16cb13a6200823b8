"""Tests of the sample: its shapes, its stability, and what is true of it."""
