"""The five stages, each a function from rows to the same rows."""
