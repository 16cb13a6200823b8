"""Every word a person reads, in Japanese and English, and how it is looked up."""
