"""Mirror of pipeline/analysis/reports."""
