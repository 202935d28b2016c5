"""`seawall schema`: the JSON Schema that editors check pipeline files with."""

from __future__ import annotations

import json

import click

from seawall.cli.terminal import say

__all__ = ["schema"]


@click.command()
@click.option("--json", "_as_json", is_flag=True, help="Changes nothing: it is JSON anyway.")
def schema(*, _as_json: bool) -> None:
    """Print the JSON Schema of pipeline files."""
    from seawall.config.schema import json_schema

    say(json.dumps(json_schema(), indent=2))
