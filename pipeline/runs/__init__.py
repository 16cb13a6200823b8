"""What every job shares: a run, who may run, its ledger, its life from look to release, and its history."""
