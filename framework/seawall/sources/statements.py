"""The statements behind a query: itself, its names, some of its columns, a range of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seawall.config.sources import SqlSource
from seawall.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy import Select, TextClause
    from sqlalchemy.sql.selectable import Subquery

    Statement = TextClause | Select[Any]

__all__ = ["LAST", "Query", "Statement", "query_errors", "query_of"]

LAST = "seawall_last"
"""The bound value behind which the next range begins."""

# strings (PostgreSQL's E'' with backslashes too), names, dollar quotes and comments hold no border
_TOKENS = re.compile(
    r"[eE]'(?:[^'\\]|\\.|'')*'"
    r"|'(?:[^']|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|`[^`]*`"
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    r"|--[^\n]*|/\*.*?\*/"
    r"|(?P<border>;)",
    re.DOTALL,
)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the file has it, and the values that are bound to it."""

    text: str
    values: Mapping[str, Any]

    @property
    def whole(self) -> TextClause:
        """The query itself."""
        from sqlalchemy import text

        return text(self.text)

    def nothing(self) -> Select[Any]:
        """All columns and no row."""
        from sqlalchemy import literal_column, select

        return select(literal_column("*")).select_from(self._within(())).limit(0)

    def select(self, columns: Sequence[str]) -> Select[Any]:
        """These columns of all rows, in the query's order where the database keeps it."""
        from sqlalchemy import select

        return select(*self._within(columns).c)

    def without(self, key: str) -> Select[Any]:
        """A row whose key is null, if there is one."""
        from sqlalchemy import select

        within = self._within([key])
        return select(within.c[key]).where(within.c[key].is_(None)).limit(1)

    def range(self, columns: Sequence[str], key: str, rows: int, *, first: bool) -> Select[Any]:
        """So many rows in the order of the key: the first ones, or those behind the bound LAST."""
        from sqlalchemy import bindparam, select

        within = self._within(columns)
        found = select(*within.c).order_by(within.c[key]).limit(rows)
        return found if first else found.where(within.c[key] > bindparam(LAST))

    def _within(self, columns: Sequence[str]) -> Subquery:
        """The query as a table with these columns; its last line may end in a comment."""
        from sqlalchemy import column, text

        return text(f"{self.text}\n").columns(*[column(name) for name in columns]).subquery("q")


def query_of(section: SqlSource, batch: str) -> Query:
    """The query with the values that it asks for; DataError where it cannot be used."""
    for error in query_errors(section):
        raise error
    given = {**section.params, "batch": batch}
    return Query(_parted(section.query)[0], {name: given[name] for name in _asked(section)})


def query_errors(section: SqlSource) -> Iterator[DataError]:
    """Why the query cannot be used: values that nobody gives, a second statement."""
    for name in sorted(set(_asked(section)) - {"batch", *section.params}):
        yield DataError(
            f"the query asks for a value that nobody gives: :{name}",
            seen=_shown(section.query),
            allowed=", ".join(f":{key}" for key in ["batch", *section.params]),
            todo="add it to the params; a colon that is none is written \\:",
        )
    rest = _parted(section.query)[1]
    if _COMMENTS.sub("", rest).strip("; \t\r\n"):
        yield DataError(
            "several statements in one query",
            seen=_shown(rest.lstrip("; \t\r\n")),
            allowed="one statement that answers with rows",
            todo="leave the others out, or make them a view in the database",
        )


def _asked(section: SqlSource) -> list[str]:
    from sqlalchemy import text

    return list(text(section.query).compile().params)


def _parted(query: str) -> tuple[str, str]:
    """The query up to its first semicolon that ends a statement, and all behind it."""
    borders = (match.start() for match in _TOKENS.finditer(query) if match["border"])
    border = next(borders, len(query))
    return query[:border], query[border:]


def _shown(query: str) -> str:
    return " ".join(query.split())[:200]
