"""A pipeline file, those that it extends and the command line's `--set`, merged to one tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seawall.config.faults import Fault, Place
from seawall.config.places import Leaf, Node, Table, merged
from seawall.config.yaml import Text, parsed

__all__ = ["MAX_BYTES", "read"]

MAX_BYTES = 1024 * 1024


def read(path: Path, sets: Sequence[str]) -> tuple[Table | None, list[Fault]]:
    """The merged tree, without `extends`, and what is wrong with the texts that it comes from.

    The tree is None where not even the top of it could be read.
    """
    from seawall.config.overrides import overridden

    table, faults = _extended(path, ())
    if table is None:
        return None, faults
    return overridden(table, sets, faults), faults


def _extended(path: Path, above: tuple[Path, ...]) -> tuple[Table | None, list[Fault]]:
    table, faults = _table(path)
    if table is None or "extends" not in table.entries:
        return table, faults
    entry = table.entries["extends"]
    own = Table(table.place, {k: e for k, e in table.entries.items() if k != "extends"}, table.size)
    base = _base(path, entry.node, (*above, path.resolve()))
    if isinstance(base, Fault):
        return own, [*faults, base]
    below, more = _extended(base, (*above, path.resolve()))
    faults = [*faults, *more]
    if below is None:
        return own, faults
    whole = merged(below, own)
    return (whole if isinstance(whole, Table) else own), faults


def _base(path: Path, node: Node, chain: tuple[Path, ...]) -> Path | Fault:
    """The file that `extends` names, relative to the file that says it."""
    value = node.value if isinstance(node, Leaf) else None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return Fault(
            node.place, "extends", "not a path", allowed="the path of another pipeline file"
        )
    base = path.parent / value
    if base.resolve() in chain:
        return Fault(node.place, "extends", "a file that extends itself", repr(value))
    if not base.exists():
        allowed = f"a path relative to {path.parent}"
        return Fault(node.place, "extends", "no such file", repr(value), allowed)
    return base


def _table(path: Path) -> tuple[Table | None, list[Fault]]:
    text = _text(path)
    if isinstance(text, Fault):
        return None, [text]
    node, faults = parsed(Text(text, str(path)))
    if isinstance(node, Table) or (node is None and faults):
        return node, faults
    top = Place(str(path), 1, 1) if node is None else node.place
    what = "an empty file" if node is None else "no mapping at the top of the file"
    return None, [
        *faults,
        Fault(top, "", what, allowed="sections: pipeline, ingest, predict, publish"),
    ]


def _text(path: Path) -> str | Fault:
    """The file's text without a byte order mark; a fault where there is none to read."""
    top = Place(str(path), 1, 1)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Fault(top, "", "no such file")
    except IsADirectoryError:
        return Fault(top, "", "a folder where a pipeline file belongs")
    except (OSError, ValueError) as error:
        return Fault(top, "", f"cannot be read: {error}")
    if len(content) > MAX_BYTES:
        return Fault(top, "", "the file is too large", "more than 1 MiB", "at most 1 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _undecodable(path, content, error.start)


def _undecodable(path: Path, content: bytes, at: int) -> Fault:
    before = content[:at].decode("utf-8", "replace").split("\n")
    place = Place(str(path), len(before), len(before[-1]) + 1)
    return Fault(place, "", "not UTF-8", f"the byte 0x{content[at]:02X}", "UTF-8 text")
