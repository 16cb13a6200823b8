"""Reports: what they are made of, and one document as HTML, PDF, XLSX and Markdown."""
