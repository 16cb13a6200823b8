"""The S3 lake: its keys, its bucket, and how a document is written, packed, published and read back."""
