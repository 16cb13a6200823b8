"""The mirror of pipeline/analysis/models."""
