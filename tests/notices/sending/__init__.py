"""Mirror of pipeline/notices."""
