"""The Lambda's side: events in, responses out, and what is done between them."""
