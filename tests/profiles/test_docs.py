"""What the page on profiles shows is so."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "profile.md"


def test_examples() -> None:
    """Every example of the page runs, and what it asserts holds."""
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert examples
    for example in examples:
        exec(example, {})
