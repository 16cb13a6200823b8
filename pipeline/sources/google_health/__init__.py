"""Google Health (successor of Fitbit): consent, tokens, accounts, and a person's days as records."""
