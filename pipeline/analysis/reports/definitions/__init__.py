"""What reports are made of and when: their definitions, and the three that come with the product."""
