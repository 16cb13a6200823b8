"""Tests of pipeline.notices.looks."""
