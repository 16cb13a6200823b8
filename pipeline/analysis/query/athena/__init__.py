"""The Athena engine: a day's tables asked on AWS, where they may be larger than any machine."""
