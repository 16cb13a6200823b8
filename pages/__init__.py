"""The console's pages: each renders what ``pipeline`` has decided.

A page file defines ``render()``; run directly (a deep link on a fresh server) it hands over to the frame.
"""
