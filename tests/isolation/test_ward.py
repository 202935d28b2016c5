"""What the server keeps of a process, and what a caller makes of a server that is gone."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from seawall.isolation import Died
from seawall.isolation.call import opened
from seawall.isolation.conversation import Patience, reply_to
from seawall.isolation.forkserver import Forkserver
from seawall.isolation.ward import Ward
from tests.isolation.asking import never


@pytest.fixture
def ward() -> Iterator[tuple[Ward, int]]:
    """A ward of this process, and the writing end of its output."""
    near, far = socket.socketpair()
    reader, writer = os.pipe()
    with near, far:
        yield Ward(os.getpid(), near, reader, -1, grace_s=1.0), writer
        os.close(reader)
        os.close(writer)


def test_the_last_output_is_what_is_kept(ward: tuple[Ward, int]) -> None:
    """Of a flood the last 64,000 bytes stay, however much came before."""
    kept, writer = ward
    for number in range(100):
        os.write(writer, b"%05d" % number * 1_000)
        kept.hear(kept.output)

    assert len(kept.said) == 64_000
    assert kept.said.endswith(b"00099")


class GoneServer:
    """A server that has ended, while somebody holds copies of the sockets that it had."""

    ended = False

    def __init__(self) -> None:
        self.copies: list[socket.socket] = []

    def carry(self, *connections: socket.socket) -> None:
        """The sockets stay open."""
        self.copies += [connection.dup() for connection in connections]

    def is_gone(self) -> bool:
        """The system says so."""
        return True

    def loss(self) -> tuple[str, str]:
        """How it went."""
        return "killed by SIGKILL", ""


def test_a_copied_socket_hides_no_death(tmp_path: Path) -> None:
    """A call looks whether its server lives, and does not trust a socket that a fork keeps open."""
    server = GoneServer()
    with opened(cast("Forkserver", server), b"request") as call:
        reply = reply_to(call, Patience(timeout_s=60.0, grace_s=1.0, stop=never))
    for copy in server.copies:
        copy.close()

    assert isinstance(reply, Died)
    assert reply.reason == "its server was lost, killed by SIGKILL"


class BusyServer(GoneServer):
    """A server that still imports: it lives, and says nothing."""

    def is_gone(self) -> bool:
        """It lives."""
        return False


def test_nothing_is_sent_before_there_is_a_process(tmp_path: Path) -> None:
    """A call that is given up while its server still imports has not handed out its request."""
    server = BusyServer()
    answers = iter([False, False, True])
    with opened(cast("Forkserver", server), b"request") as call:
        reply_to(call, Patience(timeout_s=60.0, grace_s=1.0, stop=lambda: next(answers)))

    _, wire = server.copies
    assert wire.recv(100) == b""
    for copy in server.copies:
        copy.close()
