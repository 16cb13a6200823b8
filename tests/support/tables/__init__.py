"""Tables for tests: a lake in which they are made, and days of records without one."""
