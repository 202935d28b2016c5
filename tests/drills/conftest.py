"""The small project of the end-to-end tests, to be drilled."""

from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    begin,
    frame,
    project,
    published,
    published_template,
    put,
    score,
    seawall,
    template,
)
