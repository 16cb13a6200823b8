"""Days of tables that tests make themselves."""
