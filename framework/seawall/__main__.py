"""`python -m seawall` is the command `seawall`."""

from seawall.cli import command

if __name__ == "__main__":
    command()
