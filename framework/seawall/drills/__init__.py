"""A rehearsal of what breaks: each fault is caused in a sandbox, and the run's end is written down."""
