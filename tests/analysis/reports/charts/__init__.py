"""Mirror of pipeline/analysis/reports/charts."""
