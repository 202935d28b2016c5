"""Tables, words and the project."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from seawall.cli.project import enter, ledger_location, root_above
from seawall.cli.terminal import plain_table
from seawall.cli.words import duration, number


def test_numbers_stand_right_and_words_left() -> None:
    """Columns are as wide as their widest cell, without trailing blanks."""
    table = plain_table(("name", "rows"), [("a", "1,000"), ("bcdef", "5")])

    assert table.splitlines() == ["name    rows", "a      1,000", "bcdef      5"]


_TABLE = """
from seawall.cli.terminal import say_table
say_table(("name", "rows"), [("[red]a[/red]", "1,000"), ("b\\x1b[2J", "5")])
"""


def test_a_terminal_gets_a_drawn_table_as_it_is_written() -> None:
    """Lines are drawn; markup and escape sequences in values are shown, not obeyed."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-c", _TABLE], stdout=theirs)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 10_000):
            shown += part
    except OSError:
        # Linux says so when the child is gone.
        pass
    os.close(ours)

    assert child.wait() == 0
    text = shown.decode()
    assert "─" in text
    assert "[red]a[/red]" in text
    assert "\x1b[2J" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (12345, "12,345"), (0.591103, "0.5911"), (True, "True"), ("x", "x")],
)
def test_numbers_are_written_for_people(value: object, text: str) -> None:
    """Whole ones with separators, others with four digits."""
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.354, "0.35 s"), (12.04, "12.0 s"), (185.2, "3 min 5 s")]
)
def test_durations_are_written_for_people(seconds: float | None, text: str) -> None:
    """With the unit that fits."""
    assert duration(seconds) == text


def test_the_root_is_the_nearest_folder_with_a_mark(tmp_path: Path) -> None:
    """A pyproject.toml or a .seawall folder marks it; without one it is the folder itself."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert root_above(inner) == tmp_path

    (tmp_path / "a" / ".seawall").mkdir()

    assert root_above(inner) == tmp_path / "a"


def test_the_ledger_stands_below_the_root_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    """A path starts at the root, a URL is taken as it is."""
    assert ledger_location(tmp_path, {}) == str(tmp_path / ".seawall" / "ledger.db")
    assert ledger_location(tmp_path, {"SEAWALL_LEDGER": "x.db"}) == str(tmp_path / "x.db")
    assert ledger_location(tmp_path, {"SEAWALL_LEDGER": "/x.db"}) == "/x.db"
    assert ledger_location(tmp_path, {"SEAWALL_LEDGER": "sqlite:///x"}) == "sqlite:///x"


def test_a_project_can_be_imported_once_entered(tmp_path: Path) -> None:
    """Its folder is put on sys.path once."""
    before = list(sys.path)
    enter(tmp_path)
    enter(tmp_path)
    try:
        assert sys.path == [str(tmp_path), *before]
    finally:
        sys.path[:] = before
