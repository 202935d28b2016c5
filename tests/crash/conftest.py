"""The small project, for what needs a real run."""

from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    project,
    published,
    published_template,
    template,
)
