"""Every key and value of a pipeline file, broken one at a time, is reported on exactly its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest

from seawall.config.documents import read
from seawall.config.faults import KeyPath
from seawall.config.places import plain
from seawall.config.shapes import shape
from seawall.config.yaml import Text, parsed

REPOSITORY = Path(__file__).parents[2]
FILES = ["the sample", *sorted(str(path) for path in REPOSITORY.glob("configs/*.yaml"))]
Line = tuple[str, KeyPath]
# an empty list means something there
TAKES_A_LIST = {("profile", "columns")}


@pytest.fixture(params=FILES, ids=lambda name: Path(name).name)
def lines(request: pytest.FixtureRequest, project: Any) -> list[Line]:
    """A pipeline file with one key or one list item a line, in a project that has what it names."""
    path = project.write("sample.yaml", project.sample)
    if request.param != "the sample":
        path = Path(request.param)
        project.copy_code(REPOSITORY)
    table, faults = read(path, ())
    assert faults == []
    assert project.faults(text(list(emitted(plain(table))))) == ()
    return list(emitted(plain(table)))


def emitted(value: Any, path: KeyPath = (), indent: str = "") -> Iterator[Line]:
    """The value in block style."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        key = json.dumps(step) if step == "*" else step  # bare it would be an alias
        head = f"{indent}{key}:" if isinstance(value, dict) else f"{indent}-"
        if isinstance(inner, dict | list) and inner:
            yield head, (*path, step)
            yield from emitted(inner, (*path, step), indent + "  ")
        else:
            yield f"{head} {json.dumps(inner)}", (*path, step)


def text(lines: list[Line]) -> str:
    """The lines as a file."""
    return "\n".join(line for line, _ in lines) + "\n"


def block(lines: list[Line], path: KeyPath) -> tuple[int, int]:
    """The first and behind the last of the lines that belong to the path."""
    numbers = [n for n, (_, other) in enumerate(lines) if other[: len(path)] == path]
    return numbers[0], numbers[-1] + 1


def names(lines: list[Line]) -> set[KeyPath]:
    """The paths of keys that are the user's names rather than words of the format."""
    table, _ = parsed(Text(text(lines), "p.yaml"))
    return {
        path
        for path in keys(lines)
        if any(get_origin(kind) is dict for kind in shape(path[:-1], table).kinds)
    }


def keys(lines: list[Line]) -> list[KeyPath]:
    """The paths of the keys, without those of list items."""
    return [path for _, path in lines if isinstance(path[-1], str)]


def swapped(key: str) -> str:
    """The key with its first two different neighbours swapped."""
    at = next(n for n in range(len(key) - 1) if key[n] != key[n + 1])
    return key[:at] + key[at + 1] + key[at] + key[at + 2 :]


def test_a_swapped_letter_is_reported_with_the_key_that_was_meant(
    lines: list[Line], project: Any
) -> None:
    """Each misspelt key of the format is one fault, at its line, with the key itself suggested."""
    for path in set(keys(lines)) - names(lines):
        number, _ = block(lines, path)
        wrong = swapped(path[-1])
        line = lines[number][0].replace(f"{path[-1]}:", f"{wrong}:", 1)
        broken = [*lines[:number], (line, path), *lines[number + 1 :]]

        fault = project.fault(text(broken))

        assert (fault.place.line, fault.what) == (number + 1, "unknown key"), path
        assert fault.todo == f"did you mean `{path[-1]}`?", path


def test_a_repeated_key_is_reported_where_it_is_repeated(lines: list[Line], project: Any) -> None:
    """Each key that stands twice, with all that is below it, is one fault at the second."""
    for path in keys(lines):
        start, stop = block(lines, path)
        broken = [*lines[:stop], *lines[start:stop], *lines[stop:]]

        fault = project.fault(text(broken))

        assert fault.place.line == stop + 1, path
        assert "stands twice" in fault.what, path


REQUIRED = {"pipeline", "ingest", "primary", "key", "path", "type", "predict", "model", "outputs"}
REQUIRED |= {"publish", "join", "dtype", "use"}


def test_a_dropped_key_is_reported_at_its_section(lines: list[Line], project: Any) -> None:
    """Each required key that is gone is one fault, which stands at the section and names the key."""
    for path in set(keys(lines)) - names(lines):
        if path[-1] not in REQUIRED:
            continue
        start, stop = block(lines, path)
        siblings = [p for _, p in lines if p[:-1] == path[:-1]]
        if len(siblings) == 1:
            continue  # without its only key the section is null, another fault
        broken = [*lines[:start], *lines[stop:]]

        faults = project.faults(text(broken))

        section = block(lines, path[:-1])[0] if len(path) > 1 else 0
        if len(path) > 1 and isinstance(path[-2], int):
            section += 1  # an item of a list begins with its first key
        assert [fault.place.line for fault in faults] == [section + 1], path
        assert f"`{path[-1]}`" in faults[0].what, path


@pytest.mark.parametrize("other", ["[]", "{}"])
def test_a_value_of_another_type_is_reported_at_its_line(
    lines: list[Line], project: Any, other: str
) -> None:
    """Each scalar that becomes a list or a mapping is a fault at its line."""
    for number, (line, path) in enumerate(lines):
        if line.endswith((":", "-")) or (other == "[]" and path in TAKES_A_LIST):
            continue
        head, _, _ = line.partition(": " if isinstance(path[-1], str) else "- ")
        mark = ":" if isinstance(path[-1], str) else "-"
        broken = [*lines[:number], (f"{head}{mark} {other}", path), *lines[number + 1 :]]

        faults = project.faults(text(broken))

        assert number + 1 in [fault.place.line for fault in faults], path


def test_names_that_something_else_knows_are_held_to_it(lines: list[Line], project: Any) -> None:
    """A misspelt parameter or checked output is a fault at its line, though the user chose it."""
    for path in names(lines):
        known = path[-2:-1] == ("with",) or path[:2] in {
            ("check_output", "bounds"),
            ("check_output", "distribution"),
        }
        if not known:
            continue
        number, _ = block(lines, path)
        line = lines[number][0].replace(f"{path[-1]}:", f"{swapped(path[-1])}:", 1)
        broken = [*lines[:number], (line, path), *lines[number + 1 :]]

        fault = project.fault(text(broken))

        assert (fault.place.line, fault.todo) == (number + 1, f"did you mean `{path[-1]}`?"), path
