"""Sources beside the table: one file each, behind one small protocol (``source.py``).

They are fetched, kept raw and normalised, and run by ``pipeline.sources.fetch``; no source knows of S3 or of runs.
"""
