"""The small project, for what needs a real run."""

from tests.end_to_end.conftest import published, published_template, template  # noqa: F401 - fixtures
