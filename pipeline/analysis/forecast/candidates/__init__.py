"""The ways to foresee a series: five trivial ones, and two models."""
