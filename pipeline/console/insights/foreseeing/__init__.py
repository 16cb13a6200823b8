"""Forecasts as runs: what they are made of, who is foreseen, and the demo's past."""
