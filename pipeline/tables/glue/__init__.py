"""The tables in AWS Glue's catalogue, kept in step with their schemas: what Athena, Spark and Trino find them by."""
