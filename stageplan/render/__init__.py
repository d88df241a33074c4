"""A plan written down for something else to carry out. One file and one template a format."""
