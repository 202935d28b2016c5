"""Whatever stands in a file, loading it ends with values or with a ConfigError."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.config.load import load
from seawall.errors import ConfigError

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("${env:X}")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def outcome(path: Path, content: bytes, **options: object) -> tuple[str, ...]:
    """What is wrong with the file; nothing when it loads."""
    path.write_bytes(content)
    try:
        load(path, **{"env": {}, **options})
    except ConfigError as error:
        return str(error), *(fault.what for fault in error.faults)
    return ()


@SETTINGS
@given(content=st.binary(max_size=100))
def test_random_bytes(project: Any, content: bytes) -> None:
    """Bytes of no encoding at all are faults."""
    assert outcome(project.root / "p.yaml", content)


@SETTINGS
@given(text=st.text(max_size=100))
def test_random_text(project: Any, text: str) -> None:
    """Text of no format at all is faults."""
    assert outcome(project.root / "p.yaml", text.encode("utf-8", "surrogatepass"))


@SETTINGS
@given(data=st.data())
def test_random_damage(project: Any, data: st.DataObject) -> None:
    """A pipeline file with a stretch of it replaced loads, or is faults."""
    start = data.draw(st.integers(0, len(project.sample)))
    stop = data.draw(st.integers(start, min(len(project.sample), start + 20)))
    middle = data.draw(st.text(alphabet="ab:-[]{}&*'\"#\n 01.$", max_size=6))
    text = project.sample[:start] + middle + project.sample[stop:]

    outcome(project.root / "p.yaml", text.encode(), env=project.env)


@SETTINGS
@given(argument=st.text(max_size=30))
def test_random_assignments(project: Any, argument: str) -> None:
    """Whatever follows `--set` is laid over, or is faults."""
    outcome(project.root / "p.yaml", project.sample.encode(), env=project.env, sets=[argument])


PATHS = [
    "pipeline", "as_of", "timezone", "ingest", "ingest.primary", "ingest.primary.type", "ingest.lookups",
    "ingest.lookups.weather", "ingest.lookups.weather.join", "ingest.lookups.weather.columns",
    "ingest.lookups.weather.fallback", "ingest.lookups.weather.on_missing_key", "validate.columns",
    "validate.columns.origin", "validate.columns.origin.one_of", "validate.filters", "validate.filters.0",
    "validate.filters.0.with", "validate.rules.0.on_violation", "featurize", "featurize.0.use",
    "featurize.0.with", "predict", "predict.model", "predict.outputs", "check_output.bounds.p_late",
    "check_output.distribution", "drift", "drift.reference", "publish", "limits", "alerts", "alerts.0.url",
    "alerts.0.timeout", "plugins.allow", "profile.columns", "extends",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@settings(SETTINGS, max_examples=15)
@given(value=VALUES)
def test_random_values(project: Any, path: str, value: Any) -> None:
    """A value of any shape at any key loads, or is faults."""
    import json

    argument = f"{path}={json.dumps(value)}"

    outcome(project.root / "p.yaml", project.sample.encode(), env=project.env, sets=[argument])
