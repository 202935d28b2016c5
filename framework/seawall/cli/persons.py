"""Who decides something on the command line, and why."""

from __future__ import annotations

import click

__all__ = ["person", "reasoned"]


def reasoned(_ctx: click.Context, _option: click.Parameter, reason: str) -> str:
    """The reason, which has words; a click callback."""
    if not reason.strip():
        raise click.BadParameter("say why, in a few words")
    return reason


def person() -> str:
    """The name of who is at work here."""
    from seawall.releases import person as at_work

    return at_work()
