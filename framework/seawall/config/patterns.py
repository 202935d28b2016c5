"""The one dialect of patterns: RE2's, which takes time that grows with a text's length and no faster.

Python's own engine tries ways back and forth: for a pattern such as `(a+)+b` its time doubles with
each letter, and no deadline or signal reaches it meanwhile. So no pattern of a pipeline file is
handed to it.
"""

from __future__ import annotations

import struct

__all__ = ["NO_PATTERN", "is_like", "misshapen", "whole"]

NO_PATTERN = "RE2's syntax, which has no look-around, back-references, atomic or possessive groups"
_BACKTRACKING = {
    **dict.fromkeys(("(?=", "(?!"), "look-ahead"),
    **dict.fromkeys(("(?<=", "(?<!"), "look-behind"),
    **dict.fromkeys(("(?P", *(f"\\{number}" for number in range(1, 10))), "a back-reference"),
    **dict.fromkeys(("++", "*+", "?+"), "a possessive repetition"),
    "(?>": "an atomic group",
}
"""What people know from other engines, by the operator that RE2 complains of."""


def whole(pattern: str) -> str:
    """The regular expression that matches where the whole of a text is as the pattern."""
    return f"^(?:{pattern})$"


def misshapen(pattern: str) -> str | None:
    """Why it is no pattern of the dialect, in the engine's words; None where it is one."""
    import pyarrow as pa

    try:
        _matches(pattern, "")  # `a)|(b` would be one between the brackets of `whole`
        _matches(whole(pattern), "")
    except pa.ArrowInvalid as error:
        return _said(str(error))
    except UnicodeEncodeError:
        return "half a character"
    return None


def is_like(pattern: str, text: str) -> bool:
    """Whether the whole text is as the pattern, which is one of the dialect."""
    return _matches(whole(pattern), text)


def _matches(expression: str, text: str) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    # Of bytes, because `pa.array` and `pa.scalar` import pandas; with one text at least, because
    # without any Arrow does not look at the expression.
    body = text.encode(errors="surrogatepass")
    ends = struct.pack("=2i", 0, len(body))
    texts = pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(body))
    return bool(pc.match_substring_regex(texts, expression)[0].as_py())


def _said(words: str) -> str:
    reason = words.removeprefix("Invalid regular expression: ").strip()
    operator = reason.rpartition(": ")[2]
    name = _BACKTRACKING.get(operator)
    return reason if name is None else f"{name}, {operator}"
