"""Tests of pipeline.lake.reading."""
