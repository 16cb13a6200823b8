"""Mirror of pipeline/analysis/reports/forms."""
