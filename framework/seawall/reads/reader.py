"""Reads sources for one run: bounded, tried again, told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seawall.config.sources import SourceSection
from seawall.contracts import Request
from seawall.reads.values import Read, Terms, Unread

__all__ = ["Reader"]


@dataclass(slots=True)
class Reader:
    """What reading needs of a run."""

    env: Mapping[str, str]
    tell: Callable[..., Any]

    def read(
        self,
        section: SourceSection,
        request: Request,
        *,
        name: str,
        into: Path,
        terms: Terms,
    ) -> Read | Unread:
        """The rows are in the file `into` (.arrow or .parquet), or it is said why not."""
        raise NotImplementedError
