"""Models: any dbt project's artifacts, read from the lake, and how its models and tests stand."""
