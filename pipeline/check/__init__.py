"""The ledger against the objects, both ways: what is damaged, missing or foreign, as findings."""
