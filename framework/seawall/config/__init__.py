"""Pipeline files: the values they hold, how they are read, and what is wrong with them."""
