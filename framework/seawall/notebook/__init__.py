"""Profiles and comparisons of frames in a notebook: no pipeline, no run, nothing is written."""
