"""What holds for every test: no skips where everything is installed, and the README's table."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.broken import table as broken
from tests.faults import table as faults
from tests.faults.catalogue import NEEDS
from tests.http_server import http_server  # noqa: F401 - a fixture for every test
from tests.postgres import postgres  # noqa: F401 - a fixture for every test
from tests.s3 import s3, s3_server  # noqa: F401 - fixtures for every test
from tests.upstreams import table as upstreams
from tests.upstreams.table import pytest_terminal_summary  # noqa: F401 - a hook

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- what breaks: begin -->\n", "<!-- what breaks: end -->\n"
HEAD = "| what breaks | exit | what happens |\n|--|--|--|\n"
ROWS = pytest.StashKey[set[tuple[int, str, str]]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """With SEAWALL_NO_SKIPS a skipped test has failed: CI has what the tests need."""
    report: Any = yield
    foreseen = hasattr(report, "wasxfail") or any(
        need in str(report.longrepr) for need in NEEDS.values()
    )
    if report.skipped and not foreseen and os.environ.get("SEAWALL_NO_SKIPS"):
        report.outcome = "failed"
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--breaks` writes the README's table of faults, or checks that it says what the tests saw."""
    parser.addoption("--breaks", choices=("write", "check"), help="the README's tables of faults")


def pytest_configure(config: pytest.Config) -> None:
    """The rows of the table are gathered here, also from other processes; no example has a deadline."""
    settings.register_profile("unhurried", deadline=None)  # a busy machine is no defect
    settings.load_profile("unhurried")
    config.stash[ROWS] = set()
    config.pluginmanager.register(Table(config), "breaks-table")


class Table:
    """Gathers a row of each test with the marker `breaks` that passed."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.upstreams: list[tuple[str, ...]] = []
        self.broken: list[tuple[str, int, str]] = []
        self.faults: list[faults.Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A passed test's rows are kept."""
        if report.when == "call" and report.passed:
            rows = (value for name, value in report.user_properties if name == "breaks")
            self.config.stash[ROWS].update(tuple(row) for row in rows)
            found = (value for name, value in report.user_properties if name == "upstream")
            self.upstreams += [tuple(row) for row in found]
            spoilt = (value for name, value in report.user_properties if name == "broken")
            self.broken += [tuple(row) for row in spoilt]
            caused = (value for name, value in report.user_properties if name == "fault")
            self.faults += [(*row, report.duration) for row in caused]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """The tables are written or compared, where that was asked for."""
        wanted = self.config.getoption("breaks")
        if wanted is None or hasattr(self.config, "workerinput"):
            return
        if self.broken:
            self._settle(session, broken.DOCUMENT, broken.document(self.broken), wanted)
        if self.faults and wanted == "write":  # seconds differ from run to run
            faults.DOCUMENT.write_text(faults.document(self.faults), encoding="utf-8")
        if self.config.stash[ROWS] or self.upstreams:
            self._settle(session, README, self._readme(), wanted)

    def _readme(self) -> str:
        """The README with its tables as the tests saw them."""
        before = README.read_text(encoding="utf-8")
        after = _between(before, (BEGIN, END), self.table())
        if self.upstreams:
            marks = upstreams.BEGIN, upstreams.END
            after = _between(after, marks, upstreams.markdown(self.upstreams))
        return after

    def _settle(self, session: pytest.Session, path: Path, text: str, wanted: str) -> None:
        """The file says what the tests saw, or, where that is only checked, the session has failed."""
        if wanted == "write":
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self.config.get_terminal_writer().line(
                f"{path.name} does not say what the tests saw: "
                "pytest tests/end_to_end tests/upstreams tests/broken --breaks write"
            )

    def table(self) -> str:
        """The rows by exit code, then by name."""
        rows = sorted(self.config.stash[ROWS])
        lines = [f"| {what} | {code} | {happens} |\n" for code, what, happens in rows]
        return HEAD + "".join(lines)


def _between(text: str, marks: tuple[str, str], table: str) -> str:
    head, _, rest = text.partition(marks[0])
    return f"{head}{marks[0]}{table}{marks[1]}{rest.partition(marks[1])[2]}"


@pytest.fixture(autouse=True)
def breaks(request: pytest.FixtureRequest, record_property: Any) -> None:
    """A test with `@pytest.mark.breaks(what, then=…, exit=…)` is a row of the table when it passes.

    `{name}` in the text is the test's parameter. Without `then`, the fixture `refused` adds the row
    from what the command really said.
    """
    for marker in request.node.iter_markers("breaks"):
        if "then" in marker.kwargs:
            params = getattr(request.node, "callspec", None)
            what = marker.args[0].format(**(params.params if params else {}))
            record_property("breaks", (marker.kwargs.get("exit", 0), what, marker.kwargs["then"]))
