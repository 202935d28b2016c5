"""The commands by name, with their one line of help; a command's module is loaded when it is called."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import NamedTuple

import click

__all__ = ["COMMANDS", "seawall"]


class Listed(NamedTuple):
    """Where a command stands (`module:function`) and what the list says of it."""

    target: str
    help: str


COMMANDS = {
    "check": Listed(
        "seawall.cli.check:check", "Find every fault of a pipeline file; reads no data."
    ),
    "plan": Listed(
        "seawall.cli.plan:plan", "Show what a run of a batch would do, and on which input."
    ),
    "run": Listed("seawall.cli.run:run", "Score a batch and publish it if every check passes."),
    "status": Listed("seawall.cli.status:status", "Show what is live, batch by batch."),
    "runs": Listed("seawall.cli.runs:runs", "List the newest runs."),
    "explain": Listed(
        "seawall.cli.explain:explain", "Say what happened in a run, and what to do next."
    ),
    "release": Listed(
        "seawall.cli.release:release", "Publish what the gate refused, on a person's word."
    ),
    "rollback": Listed(
        "seawall.cli.rollback:rollback", "Make an older version of a batch live again."
    ),
    "replay": Listed(
        "seawall.cli.replay:replay", "Run a version's quarantined rows again, and add them to it."
    ),
    "reference": Listed(
        "seawall.cli.reference.group:reference",
        "Build, show and try out what batches are compared with.",
    ),
    "breaker": Listed(
        "seawall.cli.breaker:breaker", "List and reset the circuit breakers of upstreams."
    ),
    "fsck": Listed(
        "seawall.cli.fsck:fsck", "Check all that was published, byte by byte; rebuild the ledger."
    ),
    "gc": Listed("seawall.cli.garbage:gc", "Remove what no kept version and no open plan needs."),
    "drill": Listed(
        "seawall.cli.drill:drill",
        "Break every part of a pipeline in a sandbox; show what happens.",
    ),
    "schema": Listed("seawall.cli.schema:schema", "Print the JSON Schema of pipeline files."),
}


class LazyGroup(click.Group):
    """A group that shows its list without loading any command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """The names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 click's signature
        """The command, loaded now."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        module, _, name = listed.target.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a usage error with the nearest names otherwise."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = difflib.get_close_matches(name, COMMANDS, n=2)
            hint = f"Did you mean {' or '.join(near)}?" if near else "seawall --help lists them."
            raise click.UsageError(f"There is no command '{name}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 click's signature
        """The list, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in COMMANDS.items()])


def _show_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 click's signature
    if wanted:
        from seawall.cli.terminal import say
        from seawall.cli.version import version

        say(f"seawall {version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def seawall() -> None:
    """Batch inference that keeps its promises when the world around it doesn't."""
