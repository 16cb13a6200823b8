"""What is kept of queries in the lake: saved ones for everybody, and a person's own history."""
