"""The editor of a report's definition: blocks, fields or YAML, and a preview beside them."""
