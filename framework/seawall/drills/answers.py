"""What came back from a case's process, as the case's end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from seawall import errors
from seawall.contracts import Account, Finding
from seawall.drills.ground import Spot
from seawall.drills.stages import FAULTY
from seawall.drills.values import Case, Ended, Outcome
from seawall.errors import SeawallError, SoftwareError
from seawall.isolation import Answered, Died, Reply, Stopped, TimedOut

__all__ = ["Answer", "answer_of"]

_CODE = re.compile(r"ended with exit code (\d+)")
_KILLED = 137
_KILLS = ("kill", "sigterm")
_RAISED = "raised "
_SHORT = FAULTY.rpartition(":")[2]
_PUBLISHED = ("published", "already published")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a case ended, and the error behind it where there is one."""

    ended: Ended
    error: SeawallError | None = None


def answer_of(reply: Reply, case: Case, spot: Spot, healthy: Ended) -> Answer:
    """The case's end; of a process that could not answer, what it said of its end before.

    No text has a path of the sandbox, which is gone when somebody reads it.
    """
    if isinstance(reply, Answered):
        return _answered(_outside(reply.document, case, spot), case, healthy)
    if isinstance(reply, TimedOut):
        hung = Ended(case=case, outcome="hung", exit=None, seconds=reply.seconds)
        return Answer(replace(hung, message=_outside(reply.trace, case, spot)))
    return _died(reply, case, spot)


def _died(reply: Died | Stopped, case: Case, spot: Spot) -> Answer:
    """The end that the run told of before its process ended, else that of the process."""
    reason, trace = (reply.reason, reply.trace) if isinstance(reply, Died) else ("stopped", "")
    words = _outside(trace, case, spot)
    ended = Ended(case=case, outcome="interrupted", exit=_KILLED, seconds=reply.seconds)
    if reason.startswith(_RAISED):  # a bug of ours
        bug = SeawallError(reason, "", words)
        return Answer(replace(ended, outcome="failed", exit=int(bug.exit), message=str(bug)), bug)
    lost = _lost(reason, "the run without any fault" if case.fault == "healthy" else "", words)
    code = _CODE.search(reason)
    if code is None:
        message = reason if case.fault in _KILLS else str(lost)
        return Answer(replace(ended, message=message), lost)
    known = _outside(_noted(spot), case, spot)
    outcome, message = known.get("outcome", "failed"), known.get("message") or str(lost)
    error = SeawallError(message) if known else lost
    return Answer(replace(ended, outcome=outcome, exit=int(code[1]), message=message), error)


def _lost(reason: str, where: str, words: str) -> SoftwareError:
    """What is said of a run whose process was gone before the run had an end."""
    return SoftwareError(
        f"the run's process {_was(reason)} before the run had an end",
        where,
        words.strip(),
        "code that returns or raises, and leaves its process alone",
        "find what ends it in stages, rules or model: os._exit, a crash in a library's C code, or "
        "too little memory",
    )


def _was(reason: str) -> str:
    return f"was {reason}" if reason.startswith("killed") else reason


def _answered(told: Mapping[str, Any], case: Case, healthy: Ended) -> Answer:
    account = Account(**told.get("account", {}))
    ended = Ended(
        case=case,
        outcome=_outcome(told, account, healthy),
        exit=told["exit"],
        seconds=told["seconds"],
        message=told["message"],
        account=account,
        degradations=told.get("degradations", {}),
        reasons=told.get("reasons", {}),
        findings=tuple(Finding(**finding) for finding in told.get("findings", ())),
        changed_rows=told.get("changed_rows", 0),
        mean_change=told.get("mean_change", 0.0),
        missing_rows=max(0, told.get("missing_rows", 0) - _set_aside(account, healthy)),
        other_rows=told.get("other_rows", 0),
    )
    return Answer(ended, _error(told, ended))


def _outcome(told: Mapping[str, Any], account: Account, healthy: Ended) -> Outcome:
    """The run's state; of what was published, whether anything is worse than in the healthy run."""
    state = told["outcome"]
    if state not in _PUBLISHED:
        return cast("Outcome", state)
    if sum(told["degradations"].values()) > sum(healthy.degradations.values()):
        return "degraded"
    worse = account.quarantined > healthy.account.quarantined
    return "quarantined" if worse else "published"


def _set_aside(account: Account, healthy: Ended) -> int:
    """How many rows more than in the healthy run are in quarantine: these are not lost."""
    return max(0, account.quarantined - healthy.account.quarantined)


def _error(told: Mapping[str, Any], ended: Ended) -> SeawallError | None:
    """The run's error, of its own class again."""
    if told["outcome"] in _PUBLISHED:
        return None
    parts = told.get("error")
    if parts is None:
        return SeawallError(ended.message)
    kind, *texts = parts
    error: SeawallError = getattr(errors, kind)(*texts)
    return error


def _noted(spot: Spot) -> dict[str, Any]:
    """What the run said of its end before its process was ended."""
    try:
        known: dict[str, Any] = json.loads(spot.ended.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known


def _outside(value: Any, case: Case, spot: Spot) -> Any:
    """The value with every text in it as somebody outside of the sandbox would have it.

    There is no path of the sandbox in it, and a stage has its own name, not the drill's.
    """
    if isinstance(value, str):
        return _by_name(_without_paths(value, spot), case)
    if isinstance(value, Mapping):
        return {_outside(key, case, spot): _outside(one, case, spot) for key, one in value.items()}
    if isinstance(value, list):
        return [_outside(one, case, spot) for one in value]
    return value


def _by_name(text: str, case: Case) -> str:
    """The text with the name of the stage that the drill stood in for."""
    kind, _, name = case.part.partition("=")
    return text if kind != "stage" else text.replace(FAULTY, name).replace(_SHORT, name)


def _without_paths(text: str, spot: Spot) -> str:
    for folder in (spot.folder, spot.sandbox):
        text = text.replace(f"{folder}/", "").replace(str(folder), "the sandbox")
    return text
