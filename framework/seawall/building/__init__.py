"""References made from what there is: a table, runs that were published, or batches scored for it."""
