"""What came back from a case's process, as the case's end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from seawall import errors
from seawall.contracts import Account, Finding
from seawall.drills.ground import Spot
from seawall.drills.stages import FAULTY
from seawall.drills.values import Case, Ended, Outcome
from seawall.errors import SeawallError
from seawall.isolation import Answered, Died, Reply, TimedOut

__all__ = ["Answer", "answer_of"]

_CODE = re.compile(r"ended with exit code (\d+)")
_KILLED = 137
_SHORT = FAULTY.rpartition(":")[2]
_PUBLISHED = ("published", "already published")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a case ended, and the error behind it where there is one."""

    ended: Ended
    error: SeawallError | None = None


def answer_of(reply: Reply, case: Case, spot: Spot, healthy: Ended) -> Answer:
    """The case's end; of a process that could not answer, what it said of its end before."""
    if isinstance(reply, Answered):
        return _answered(reply, case, spot, healthy)
    message = _in_sandbox(getattr(reply, "trace", ""), spot)
    if isinstance(reply, TimedOut):
        return Answer(
            Ended(case=case, outcome="hung", exit=None, seconds=reply.seconds, message=message)
        )
    reason = reply.reason if isinstance(reply, Died) else "stopped"
    code = _CODE.search(reason)
    known = _noted(spot) if code is not None else {}
    ended = Ended(
        case=case,
        outcome=cast("Outcome", known.get("outcome", "failed" if code else "interrupted")),
        exit=int(code[1]) if code is not None else _KILLED,
        seconds=reply.seconds,
        message=_in_sandbox(known.get("message", "") or f"{reason}\n{message}".strip(), spot),
    )
    return Answer(ended, SeawallError(ended.message))


def _answered(reply: Answered, case: Case, spot: Spot, healthy: Ended) -> Answer:
    told = reply.document
    account = Account(**told.get("account", {}))
    ended = Ended(
        case=case,
        outcome=_outcome(told, account, healthy),
        exit=told["exit"],
        seconds=told["seconds"],
        message=_by_name(_in_sandbox(told["message"], spot), case),
        account=account,
        degradations=told.get("degradations", {}),
        reasons={_by_name(why, case): rows for why, rows in told.get("reasons", {}).items()},
        findings=tuple(Finding(**finding) for finding in told.get("findings", ())),
        changed_rows=told.get("changed_rows", 0),
        mean_change=told.get("mean_change", 0.0),
        missing_rows=max(0, told.get("missing_rows", 0) - _set_aside(account, healthy)),
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


def _by_name(text: str, case: Case) -> str:
    """The text with the name of the stage that the drill stood in for."""
    kind, _, name = case.part.partition("=")
    return text if kind != "stage" else text.replace(FAULTY, name).replace(_SHORT, name)


def _in_sandbox(text: str, spot: Spot) -> str:
    """The text without the path of the sandbox, which is gone when somebody reads it."""
    return text.replace(f"{spot.folder}/", "").replace(f"{spot.sandbox}/", "")
