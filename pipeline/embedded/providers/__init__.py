"""Providers on this machine, for the embedded demo and the tests: real HTTP, the documented shapes, made-up data.

No source knows of them; they are reached only by addresses that are settings.
"""
