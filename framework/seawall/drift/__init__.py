"""Whether a batch looks like what it is compared with: effects, their tests, and the decision."""
