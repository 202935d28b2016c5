"""CSV in which no cell is a formula to a spreadsheet."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from seawall.sinks.files.encode import CsvEncoder

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HarmlessCsvEncoder"]

_BEGINS = r"^([ \x{a0}]*[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}])"
"""What OWASP's page on CSV injection lists, and the full-width forms of its signs, also behind blanks,
which some programs leave out. RE2's `^` is the beginning of the text, not of each line."""


class HarmlessCsvEncoder(CsvEncoder):
    """Text and names of columns that a spreadsheet might calculate begin with an apostrophe.

    Numbers, times and truth values are as they are: -1.5 is a number, the text "-1.5" becomes "'-1.5".
    """

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        import pyarrow as pa

        super().__init__(file, pa.schema([field.with_name(_named(field.name)) for field in schema]))

    def write(self, table: pa.Table) -> None:
        """The rows' lines follow the ones before."""
        columns = [_harmless(column) for column in table.columns]
        super().write(
            table.from_arrays(columns, names=[_named(name) for name in table.column_names])
        )


def _harmless(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column
    return pc.replace_substring_regex(column, _BEGINS, r"'\1")


def _named(name: str) -> str:
    import pyarrow as pa

    return str(_harmless(pa.array([name]))[0])
