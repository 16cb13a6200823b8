"""Mirror of pipeline/analysis/reports/blocks."""
