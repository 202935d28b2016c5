"""`seawall reference`: what batches are compared with, built, looked at and tried out."""
