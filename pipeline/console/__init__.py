"""What pages and commands ask for, each action checked and audited; and the wiring."""
