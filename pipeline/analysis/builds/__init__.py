"""Builds of our models: dbt in a child process, and what is published of what it made."""
