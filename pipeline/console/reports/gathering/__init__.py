"""Fills a report from the lake: each block by its reader, from objects whose versions are pinned."""
