"""The console's pages: a folder a page, named as its address; each renders what ``pipeline`` has decided."""
