"""Providers of this machine: real HTTP servers on 127.0.0.1 for the embedded demo and the tests, never on AWS.

They speak the documented shapes of the real ones; their data are the sample's.
"""
