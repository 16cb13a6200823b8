"""What is computed from the tables: queries now; models, quality, correlation, forecast and reports to come."""
