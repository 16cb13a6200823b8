"""Measurements that print ratios; run by hand, never a timed assert of the unit suite."""
