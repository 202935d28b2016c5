"""Records that cannot be read: what they are called, and what is said where none may be left out."""

from __future__ import annotations

from seawall.contracts import Refused, Rows
from seawall.errors import DataError

__all__ = ["CORRUPT", "FOREIGN", "MALFORMED", "refusal", "whole"]

MALFORMED = "malformed line"
FOREIGN = "text that is not UTF-8"
CORRUPT = "corrupt fragment"
_TODO = {
    MALFORMED: "mend the line; or, if such lines may be left out, "
    "declare how many in limits.quarantined_rows",
    FOREIGN: "convert the file (iconv -f LATIN1 -t UTF-8); or, if such lines may be left out, "
    "declare how many in limits.quarantined_rows",
    CORRUPT: "write the file anew; or, if its rows may be left out, "
    "declare on_corrupt_fragment: quarantine and how many in limits.quarantined_rows",
}


def refusal(refused: Refused, first_row: int) -> DataError:
    """The error that names a refused record; `first_row` is its chunk's place in the batch."""
    row = first_row + refused.row
    rows = f"row {row:,}" if refused.rows == 1 else f"rows {row:,} to {row + refused.rows:,}"
    return DataError(
        refused.reason,
        f"{refused.place} ({rows} of the batch)",
        refused.seen,
        refused.allowed,
        _TODO[refused.reason],
    )


def whole(rows: Rows, first_row: int) -> Rows:
    """The same rows; DataError about the first record that was refused."""
    for refused in rows.refused:
        raise refusal(refused, first_row)
    return rows
