"""Webhooks, topics and consoles for whatever tells somebody of something."""
