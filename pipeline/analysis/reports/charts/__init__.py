"""Charts drawn as SVG of our own: the same picture in HTML and in PDF, no library, nothing fetched."""
