"""Documents arrive whole, in order, and never longer than is allowed."""

from __future__ import annotations

import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.isolation.wire import Inbox, TooMuchError, framed, receive

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=4)


@given(documents=DOCUMENTS, size=st.integers(1, 40))
def test_documents_survive_any_cut(documents: list[dict[str, object]], size: int) -> None:
    """However a stream is cut into pieces, the same documents come out in the same order."""
    stream = b"".join(framed(document) for document in documents)
    inbox, taken = Inbox(), []
    for start in range(0, len(stream), size):
        inbox.feed(stream[start : start + size])
        while (document := inbox.take()) is not None:
            taken.append(document)

    assert taken == documents


def test_the_limit_counts_the_document() -> None:
    """A document of just the limit is taken; one byte more is refused at its announcement."""
    document = {"a": "x"}
    length = len(json.dumps(document))
    Inbox(length).feed(framed(document))

    with pytest.raises(TooMuchError, match=f"{length} bytes; {length - 1} are allowed"):
        Inbox(length - 1).feed(framed(document)[:4])


@pytest.mark.parametrize("text", [b"[1]", b"{", b"\xff"])
def test_what_is_no_document_is_refused(text: bytes) -> None:
    """A list, half a document and bytes that are no text are ValueErrors."""
    inbox = Inbox()
    inbox.feed(len(text).to_bytes(4, "big") + text)

    with pytest.raises(ValueError, match=r"."):
        inbox.take()


def test_receiving_leaves_what_follows() -> None:
    """The next reader of a socket finds all that stands behind the first document."""
    near, far = socket.socketpair()
    with near, far:
        near.sendall(framed({"first": 1}) + b"the rest")

        assert receive(far) == {"first": 1}
        assert far.recv(100) == b"the rest"


def test_a_closed_end_is_no_document() -> None:
    """A socket that is closed in the middle of a document gives None."""
    near, far = socket.socketpair()
    with far:
        near.sendall(framed({"first": 1})[:-1])
        near.close()

        assert receive(far) is None
