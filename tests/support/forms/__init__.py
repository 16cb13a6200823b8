"""What the tests of exports as people take them share: records of every kind, and a reader of workbooks."""
