// Print: what of the page is printed, its style says.
setTimeout(() => window.print(), 300)
