"""What breaks the batch's file, and what becomes of it: the exit code and the words that name the culprit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from tests.broken.project import loans
from tests.broken.spoil import Spoil, as_table, cells, file_bytes, frame, retyped, table, texts

__all__ = ["INPUTS", "Case"]

PLENTY = range(10)


@dataclass(frozen=True, slots=True)
class Case:
    """A way to break something, the exit code, words that are said; rows that are set aside."""

    spoil: Spoil
    exit: int
    words: tuple[str, ...]
    aside: tuple[int, ...] = ()


def renamed(old: str, new: str) -> Spoil:
    """A column came under another name."""
    return frame(lambda rows: rows.rename(columns={old: new}))


def scaled(column: str, factor: float) -> Spoil:
    """Every value of the column came in another unit."""
    return frame(lambda rows: rows.assign(**{column: rows[column] * factor}))


def shifted(**by: float) -> Spoil:
    """Both times came so much later."""
    return frame(
        lambda rows: rows.assign(
            **{name: rows[name] + pd.Timedelta(**by) for name in ("taken_at", "due_at")}
        )
    )


def first(rows: int) -> Spoil:
    """The file ends after so many rows."""
    return frame(lambda all_rows: all_rows.head(rows))


def doubled() -> Spoil:
    """The file has a second set of rows, with keys of their own."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        again = rows.assign(id=rows["id"] + 500, account=rows["account"] + 500)
        return pd.concat([rows, again], ignore_index=True)

    return frame(change)


def due_early(rows: range) -> Spoil:
    """Loans that were due before they were taken."""
    early = pd.Timestamp("2024-01-01", tz="UTC")
    return cells("due_at", early, rows)


def two_of_a_name() -> Spoil:
    """The file has two columns of one name."""
    return table(lambda rows: rows.append_column("amount", rows.column("income")))


def second_file_differs(project: Path) -> None:
    """A second file of the batch has another schema."""
    from pyarrow import parquet

    rows = loans().assign(id=lambda all_rows: all_rows["id"] + 500).drop(columns="amount")
    parquet.write_table(as_table(rows), project / "data" / "2024-03-08" / "more.parquet")


NAMES = {
    "a column in other letters": Case(renamed("amount", "Amount"), 65, ("'amount'", "Amount")),
    "a column misspelt": Case(renamed("income", "incomme"), 65, ("'income'", "incomme")),
    "a column renamed": Case(renamed("terms", "duration"), 65, ("'terms'", "duration")),
    "a blank behind a name": Case(renamed("city", "city "), 65, ("'city'",)),
    "a column missing": Case(
        frame(lambda rows: rows.drop(columns="discount")), 65, ("'discount'",)
    ),
    "the key missing": Case(frame(lambda rows: rows.drop(columns="id")), 65, ("'id'",)),
    "two columns of one name": Case(two_of_a_name(), 65, ("amount",)),
    "another schema in a second file": Case(second_file_differs, 65, ("more.parquet",)),
}
TYPES = {
    "fractions in whole numbers": Case(cells("terms", 12.5), 65, ("terms", "12.5")),
    "words in whole numbers": Case(
        texts("terms", lambda n: f"{n} months", (7,)), 65, ("terms", "months")
    ),
    "a number too large for its type": Case(
        frame(
            lambda r: r.assign(terms=r["terms"].astype("int64").where(r.index != 7, 3_000_000_000))
        ),
        65,
        ("terms", "3000000000"),
    ),
    "large whole numbers through floats": Case(
        retyped("account", pa.float64()), 65, ("account", "not of its declared type")
    ),
    "a day as a number": Case(
        frame(lambda r: r.assign(taken_at=20240308)), 65, ("taken_at", "int64")
    ),
    "seconds since 1970": Case(
        frame(lambda r: r.assign(due_at=r["due_at"].astype("int64"))), 65, ("due_at", "int64")
    ),
    "times without a zone": Case(
        frame(lambda r: r.assign(taken_at=r["taken_at"].dt.tz_localize(None))),
        65,
        ("taken_at", "zone"),
    ),
    "German days": Case(
        texts("taken_at", lambda t: f"{t:%d.%m.%Y %H:%M}"), 65, ("taken_at", ".03.2024")
    ),
    "fractions of seconds": Case(
        cells("taken_at", pd.Timestamp("2024-03-08T01:02:03.250Z")), 65, ("taken_at", "resolution")
    ),
    "yes and no": Case(texts("active", lambda a: "yes" if a else "no"), 65, ("active", "yes")),
    "truth as 0 and 1": Case(
        frame(lambda r: r.assign(active=r["active"].astype("int64"))), 65, ("active",)
    ),
    "American thousands": Case(texts("amount", lambda a: f"{a:,.2f}"), 65, ("amount", ",")),
    "German numbers": Case(
        texts("amount", lambda a: f"{a:.2f}".replace(".", ",")), 65, ("amount", ",")
    ),
    "a time in numbers": Case(texts("amount", lambda _: "12:30", (7,)), 65, ("amount", "12:30")),
    "a currency in numbers": Case(texts("amount", lambda a: f"€ {a}", (7,)), 65, ("amount", "€")),
    "the word nan": Case(texts("amount", lambda _: "nan", (7,)), 65, ("amount", "nan")),
    "the word inf": Case(texts("amount", lambda _: "inf", (7,)), 65, ("amount", "inf")),
    "codes as numbers": Case(
        frame(lambda r: r.assign(branch=r["branch"].astype("int64"))), 65, ("branch", "int64")
    ),
    "codes without their zeros": Case(
        texts("branch", lambda code: code.lstrip("0") or "0"), 65, ("branch", "pattern")
    ),
    "categories as numbers": Case(
        frame(lambda r: r.assign(city=r["city"].astype("category").cat.codes)), 65, ("city", "int8")
    ),
    "bytes for text": Case(retyped("branch", pa.binary()), 65, ("branch", "binary")),
    "lists for text": Case(frame(lambda r: r.assign(memo=[["x"]] * len(r))), 65, ("memo", "list")),
    "an unavailable mark among numbers": Case(
        texts("income", lambda _: "n/a", (7,)), 0, ("income", "quarantined 1"), aside=(7,)
    ),
    "another unavailable mark": Case(
        texts("discount", lambda _: "-", (7,)), 65, ("discount", "'-'")
    ),
}
VALUES = {
    "a blank behind a category": Case(
        cells("city", "Rome "), 65, ("city", "'Rome '", "trailing space")
    ),
    "a category in other letters": Case(cells("city", "ROME"), 65, ("city", "'ROME'", "case")),
    "a look-alike letter": Case(
        cells("city", "R\N{CYRILLIC SMALL LETTER O}me"), 65, ("city", "look")
    ),
    "a category nobody knows": Case(cells("city", "Paris"), 65, ("city", "'Paris'")),
    "new categories above their share": Case(cells("plan", "flex", PLENTY), 4, ("plan", "5%")),
    "a negative amount": Case(cells("amount", -1.0), 65, ("amount", "-1.0", "at least 0")),
    "an amount above all": Case(cells("amount", 1e6), 65, ("amount", "at most 100000")),
    "an infinite amount": Case(cells("amount", np.inf), 65, ("amount", "inf")),
    "minus infinity": Case(cells("amount", -np.inf), 65, ("amount", "inf")),
    "a null where none may be": Case(cells("amount", None), 65, ("amount", "null")),
    "a column of nulls": Case(frame(lambda r: r.assign(amount=np.nan)), 65, ("amount", "null")),
    "few incomes missing": Case(
        cells("income", None, (3, 44)), 0, ("quarantined 2",), aside=(3, 44)
    ),
    "an income of nothing": Case(cells("income", 0.0), 0, ("income", "quarantined 1"), aside=(7,)),
    "an infinite income": Case(cells("income", np.inf), 0, ("income", "quarantined 1"), aside=(7,)),
    "many incomes missing": Case(cells("income", None, PLENTY), 65, ("quarantine", "income")),
    "half the discounts missing": Case(
        cells("discount", None, range(60)), 65, ("discount", "null", "40%")
    ),
    "a discount above one": Case(cells("discount", 1.5), 65, ("discount", "1.5", "at most 1")),
    "an endless memo": Case(cells("memo", "x" * 1_000_000), 65, ("memo", "length")),
    "a memo of escapes": Case(cells("memo", "\x1b[2J" * 99 + "\n\n"), 65, ("memo", "length")),
    "cents for euros": Case(scaled("amount", 100.0), 65, ("amount", "at most 100000")),
    "incomes in thousands": Case(scaled("income", 0.0001), 65, ("income",)),
    "another currency": Case(scaled("amount", 1.6), 4, ("mid", "shared keys")),
    "an account twice in a chunk": Case(
        frame(lambda r: r.assign(account=r["account"].where(r.index != 7, r["account"][6]))),
        65,
        ("account",),
    ),
    "an account twice in the batch": Case(
        frame(lambda r: r.assign(account=r["account"].where(r.index != 99, r["account"][6]))),
        65,
        ("account",),
    ),
    "a key twice in a chunk": Case(
        frame(lambda r: r.assign(id=r["id"].where(r.index != 7, r["id"][6]))),
        65,
        ("'id'", "unique"),
    ),
    "a key twice in the batch": Case(
        frame(lambda r: r.assign(id=r["id"].where(r.index != 99, r["id"][6]))), 65, ("id", "unique")
    ),
    "a key that is null": Case(cells("id", None), 65, ("null", "'id'")),
    "due before it was taken": Case(
        due_early(range(5, 7)), 0, ("compare", "quarantined 2"), aside=(5, 6)
    ),
    "many due before they were taken": Case(due_early(PLENTY), 65, ("compare", "quarantine")),
    "a rule that fails": Case(
        frame(
            lambda r: r.assign(
                amount=r["amount"].where(r.index != 7, 90_000.0),
                terms=r["terms"].where(r.index != 7, 12),
            )
        ),
        65,
        ("affordable",),
    ),
}
WHOLE = {
    "no rows": Case(first(0), 65, ("no rows",)),
    "too few rows": Case(first(40), 65, ("40 rows", "at least 50")),
    "far fewer rows than usual": Case(first(55), 65, ("55", "120")),
    "far more rows than usual": Case(doubled(), 65, ("240", "120")),
    "yesterday's file": Case(
        frame(lambda _: loans("2024-03-07")), 65, ("another batch", "2024-03-07")
    ),
    "stale rows": Case(shifted(days=-3), 65, ("taken_at", "1 d 12 h")),
    "rows of the future": Case(shifted(days=2), 65, ("taken_at", "future")),
    "every row filtered": Case(frame(lambda r: r.assign(active=False)), 65, ("0 rows",)),
    "half a file": Case(
        file_bytes(lambda content: content[: len(content) // 2]), 65, ("loans.parquet",)
    ),
    "an empty file": Case(file_bytes(lambda _: b""), 65, ("loans.parquet",)),
    "a text for a table": Case(file_bytes(lambda _: b"id,city\n1,Rome\n"), 65, ("loans.parquet",)),
    "a rotten row group": Case(
        file_bytes(lambda content: content[:400] + b"\0" * 600 + content[1000:]),
        65,
        ("loans.parquet",),
    ),
    "no file": Case(
        lambda project: (project / "data/2024-03-08/loans.parquet").unlink(),
        69,
        ("the input is missing",),
    ),
}
INPUTS = {**NAMES, **TYPES, **VALUES, **WHOLE}
