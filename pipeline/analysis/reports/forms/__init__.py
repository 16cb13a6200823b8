"""A report's document as HTML, PDF, XLSX and Markdown, and what these take: a style, a template, fonts."""
