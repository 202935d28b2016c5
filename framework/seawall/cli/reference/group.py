"""`seawall reference`: its subcommands, each in a module of its own."""

from __future__ import annotations

import click

from seawall.cli.reference.build import build
from seawall.cli.reference.calibrate import calibrate
from seawall.cli.reference.decide import accept, exclude
from seawall.cli.reference.show import show

__all__ = ["reference"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def reference() -> None:
    """Build, show and try out what batches are compared with, and say which runs count."""


for _command in (build, show, calibrate, accept, exclude):
    reference.add_command(_command)
