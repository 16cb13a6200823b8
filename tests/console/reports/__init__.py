"""Mirror of pipeline/console/reports."""
