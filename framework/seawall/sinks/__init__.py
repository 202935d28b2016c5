"""Where predictions go: taken quietly, published at once, rolled back on a person's word."""
