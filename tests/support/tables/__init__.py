"""Tables for tests: a lake in which they are made, days of records without one, and days made by hand."""
