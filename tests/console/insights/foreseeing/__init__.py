"""Tests of pipeline.console.insights.foreseeing."""
