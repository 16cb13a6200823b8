"""Made-up ModerationCraft data, seeded: whose truth is known, for the demo and for tests."""
