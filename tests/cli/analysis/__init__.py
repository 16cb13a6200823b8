"""The mirror of pipeline/cli/analysis."""
