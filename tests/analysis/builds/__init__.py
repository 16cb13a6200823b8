"""The mirror of pipeline/analysis/builds."""
