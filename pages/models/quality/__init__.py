"""品質: the part of the page that is about the data themselves."""
