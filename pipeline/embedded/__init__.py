"""The demo: an AWS of this process with sample data, past runs and a function that runs here."""
