"""A reference file, read back or refused with one error."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from seawall.errors import DataError
from seawall.references.document import MARK, VERSION, Document
from seawall.references.packing import reference_of, seal
from seawall.references.reference import Reference
from seawall.shown import shown

__all__ = ["MOST_BYTES", "read_reference"]

MOST_BYTES = 64 * 1024 * 1024
_AGAIN = (
    "restore the file from where it is kept, or write it anew: "
    "seawall reference build CONFIG --batch A..B --force"
)


def read_reference(path: Path) -> Reference:
    """The reference that stands in the file, as it was written.

    Raises DataError, with what is wrong and what to do, for a file that is missing, damaged, of
    another version, or was changed since it was written.
    """
    document = _document(path, _text(path))
    _hold_version(path, document)
    stated = document.pop("sha256", None)
    if stated != _seal(path, document):
        raise _refused(
            path,
            "the reference was changed since it was written",
            f"sha256 {shown(stated)}",
            "the file as it was written: its seal is of everything in it",
        )
    del document[MARK]
    try:
        return reference_of(Document.model_validate(document))
    except ValidationError as error:
        raise _refused(path, "not a reference", _first(error), "what seawall writes") from None
    except (ValueError, OverflowError) as error:
        raise _refused(path, "a reference that contradicts itself", str(error)) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _refused(path, "there is no such reference", todo=_build(path)) from None
    except IsADirectoryError:
        raise _refused(path, "a folder where a reference file belongs") from None
    except (OSError, ValueError) as error:
        raise _refused(path, "the reference cannot be read", str(error)) from None
    if len(content) > MOST_BYTES:
        size = f"more than {MOST_BYTES // 2**20} MiB"
        raise _refused(path, "the file is too large for a reference", size)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        seen = f"the byte 0x{content[error.start]:02X} at {error.start:,}"
        raise _refused(path, "not UTF-8", seen, "a JSON file in UTF-8") from None


def _document(path: Path, text: str) -> dict[str, Any]:
    try:
        document = json.loads(
            text, parse_constant=_no_number, object_pairs_hook=partial(_once, path)
        )
    except json.JSONDecodeError as error:
        seen = f"line {error.lineno}, column {error.colno}: {error.msg}"
        cut = text.lstrip().startswith("{") and not text.rstrip().endswith("}")
        what = "the reference is cut off" if cut else "not a JSON file"
        raise _refused(path, what, seen, "the whole file as it was written") from None
    except (ValueError, RecursionError) as error:
        raise _refused(path, "not a JSON file", str(error), "finite numbers") from None
    if not isinstance(document, dict):
        raise _refused(path, "not a reference", type(document).__name__, f'{{"{MARK}": …}}')
    return document


def _once(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The mapping; a key that stands twice is refused: the seal is of what JSON makes of it, the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise _refused(path, "a key stands twice", shown(twice), "each key once, as it was written")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} where a number belongs")


def _hold_version(path: Path, document: dict[str, Any]) -> None:
    if MARK not in document:
        keys = ", ".join(list(document)[:5])
        raise _refused(path, "not a reference", f"the keys {keys}", f'"{MARK}": {VERSION}')
    version = document[MARK]
    if version != VERSION or isinstance(version, bool):
        raise _refused(
            path,
            "a reference of another version",
            shown(version),
            str(VERSION),
            "write it anew with this version: seawall reference build CONFIG --batch A..B --force",
        )


def _seal(path: Path, document: dict[str, Any]) -> str:
    try:
        return seal(document)
    except (ValueError, RecursionError) as error:  # a number beyond floats is written as Infinity
        raise _refused(path, "not a reference", str(error), "finite numbers") from None


def _first(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def _build(path: Path) -> str:
    return f"before the first run: seawall reference build CONFIG --batch A..B --out {path}"


def _refused(
    path: Path, what: str, seen: str = "", allowed: str = "", todo: str = _AGAIN
) -> DataError:
    return DataError(what, str(path), seen, allowed, todo)
