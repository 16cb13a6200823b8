"""The history's index: ledger entries of many runs in one object, believed as far as a listing shows them unchanged."""
