"""What an exit code means, and what a person does about it."""

from __future__ import annotations

from typing import NamedTuple

from seawall.errors import Exit

__all__ = ["MEANINGS", "Meaning", "next_step", "replay_step"]


class Meaning(NamedTuple):
    """A sentence on what happened and one on what to do."""

    meaning: str
    todo: str


MEANINGS = {
    Exit.OK: Meaning("published, or already published", "Nothing."),
    Exit.INTERNAL: Meaning("a bug of seawall", "Report it with the traceback; don't retry."),
    Exit.USAGE: Meaning("the command line was wrong", "Correct the command."),
    Exit.DEGRADED: Meaning(
        "published, with a fallback's values within the budget",
        "See why the lookups failed; when they are back, run the batch again with --force.",
    ),
    Exit.REFUSED: Meaning(
        "a check refused the result, so nothing of it was published",
        "Read the findings. Mend the input, the upstream, the model or the limit, and run the batch again.",
    ),
    Exit.DATAERR: Meaning(
        "the input is unusable, or gives what somebody rolled back",
        "Do as the message says: mend the input or the contract, and run the batch again.",
    ),
    Exit.UNAVAILABLE: Meaning(
        "a source or model that the run needs is not there",
        "Run the batch again when it is back; finished chunks are reused.",
    ),
    Exit.SOFTWARE: Meaning(
        "a stage, rule or model raised", "Mend the code that the message names; don't retry before."
    ),
    Exit.IOERR: Meaning(
        "a disk is full, or storage refused", "Make room or mend the storage, and run it again."
    ),
    Exit.TEMPFAIL: Meaning(
        "somebody else held the lock or won the race", "Run the batch again; a scheduler may do so."
    ),
    Exit.NOPERM: Meaning(
        "refused for safety: a hash, a path or an import",
        "Find out why it differs before anything else.",
    ),
    Exit.CONFIG: Meaning("the pipeline file is invalid", "seawall check CONFIG shows every fault."),
    Exit.SIGINT: Meaning("stopped by Ctrl-C", "Run the batch again: finished chunks are reused."),
    Exit.SIGTERM: Meaning("stopped by SIGTERM", "Run the batch again: finished chunks are reused."),
}


_REPLAY: dict[int | None, str] = {
    Exit.REFUSED: "Read the findings. Mend the upstream, the code or the limit, and run `{}` once more.",
    Exit.DATAERR: "Do as the message says: mend it and run `{}` once more, or run the whole batch again.",
    Exit.UNAVAILABLE: "Run `{}` once more when it is back; finished chunks are reused.",
    Exit.TEMPFAIL: "Run `{}` once more.",
    Exit.SIGINT: "Run `{}` once more: finished chunks are reused.",
    Exit.SIGTERM: "Run `{}` once more: finished chunks are reused.",
}
_KILLED = (
    "Run `{}` once more, with the --reason that it had: finished chunks are reused, "
    "readers see a whole version meanwhile."
)


def replay_step(state: str, code: int | None, command: str) -> Meaning:
    """As `next_step`, for a replay: `command` is the one that runs it again."""
    whole = next_step(state, code)
    todo = _KILLED if state == "killed" else _REPLAY.get(code)
    return whole if todo is None else Meaning(whole.meaning, todo.format(command))


def next_step(state: str, code: int | None) -> Meaning:
    """What the state and exit code of a run mean; a run without an end has no code."""
    if state == "killed":
        return Meaning(
            "its process is gone and it never ended",
            "Run the batch again: finished chunks are reused, readers see a whole version meanwhile.",
        )
    if state == "nothing to replay":
        return Meaning(
            "no row came out of quarantine; the version is as it was",
            "Nothing.",
        )
    if state == "released":
        return Meaning("the gate refused it, and a person has published it", "Nothing.")
    if state == "running" or code is None:
        return Meaning("it is still going on", "Wait, or look again with the same command.")
    try:
        return MEANINGS[Exit(code)]
    except ValueError:
        return Meaning(
            f"an exit code that this seawall doesn't know: {code}", "Use a newer seawall."
        )
