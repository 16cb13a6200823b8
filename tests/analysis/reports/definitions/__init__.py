"""Mirror of pipeline/analysis/reports/definitions."""
