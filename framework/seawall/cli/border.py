"""The border of the command line: whatever happens becomes a message and an exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from seawall.cli.commands import seawall
from seawall.cli.terminal import drop_output, occupy_streams, say_json, warn
from seawall.errors import ConfigError, Exit, SeawallError

__all__ = ["outcome", "parts"]


def outcome(args: Sequence[str]) -> int:
    """The exit code, after the command was carried out or its error was shown."""
    occupy_streams()
    try:
        code = _carried_out(args)
    except BrokenPipeError:
        code = Exit.OK
    except SeawallError as error:
        code = _shown(error, args)
    except click.ClickException as error:
        code = _usage_shown(error, args)
    except (KeyboardInterrupt, click.Abort):
        warn("interrupted")
        code = Exit.SIGINT
    except Exception as error:  # noqa: BLE001 the last border: a bug of ours is shown as one
        code = _bug_shown(error, args)
    drop_output()
    return int(code)


def _carried_out(args: Sequence[str]) -> int:
    if "_SEAWALL_COMPLETE" in os.environ:
        seawall.main(list(args), prog_name="seawall")
    try:
        with seawall.make_context("seawall", list(args)) as context:
            return int(seawall.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code


def _shown(error: SeawallError, args: Sequence[str]) -> int:
    if _wants_json(args):
        say_json({"error": parts(error)})
    else:
        warn(str(error))
    return error.exit


def _usage_shown(error: click.ClickException, args: Sequence[str]) -> int:
    if _wants_json(args):
        what = error.format_message()
        say_json({"error": {"type": "UsageError", "exit": int(Exit.USAGE), "what": what}})
    else:
        error.show()
    return Exit.USAGE


def _bug_shown(error: Exception, args: Sequence[str]) -> int:
    import traceback

    if _wants_json(args):
        name = type(error).__name__
        say_json({"error": {"type": name, "exit": int(Exit.INTERNAL), "what": str(error)}})
    warn("".join(traceback.format_exception(error)) + "This is a bug of seawall, not of yours.")
    return Exit.INTERNAL


def parts(error: SeawallError) -> dict[str, Any]:
    """The error as machines read it."""
    parts: dict[str, Any] = {"type": type(error).__name__, "exit": int(error.exit)}
    for name in ("what", "where", "seen", "allowed", "todo"):
        parts[name] = getattr(error, name)
    if isinstance(error, ConfigError):
        parts["faults"] = [asdict(fault) for fault in error.faults]
    return parts


def _wants_json(args: Sequence[str]) -> bool:
    return "--json" in args
