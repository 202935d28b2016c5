"""The code of the pipelines that ship with the repository."""
