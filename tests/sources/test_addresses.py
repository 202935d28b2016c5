"""Addresses: which are refused, and that the one which was checked is the one that is used."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest

from seawall.errors import ForbiddenError
from seawall.sources.addresses import CheckedTransport, checked
from tests.http_server import HttpServer, redirect, text


class Names:
    """A resolver that answers what a test says, each time the next, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        """The next answer, the last for ever."""
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a00:1::1",
    ],
)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    """Private, local, shared, multicast and translated addresses are refused when nothing is listed."""
    with pytest.raises(ForbiddenError, match="an address that is not public"):
        checked("service.example", 80, [], Names([address]))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_public_address_is_taken(address: str) -> None:
    """An address that anybody may have is taken."""
    assert checked("service.example", 443, [], Names([address])) == (address,)


def test_listed_network_is_taken() -> None:
    """An address within a listed network is taken, its neighbour is not."""
    networks = [ip_network("10.1.0.0/16")]

    assert checked("a", 80, networks, Names(["10.1.2.3"])) == ("10.1.2.3",)
    with pytest.raises(ForbiddenError):
        checked("a", 80, networks, Names(["10.2.2.3"]))


def test_one_private_address_among_public_ones_is_enough() -> None:
    """A name that has a private address besides public ones is refused."""
    with pytest.raises(ForbiddenError, match="service"):
        checked("service", 80, [], Names(["93.184.215.14", "10.0.0.1"]))


def test_name_that_changes_its_address_leads_nowhere_else(http_server: HttpServer) -> None:
    """A name is resolved once: later requests go to the address that was checked."""
    http_server.route("/a", text("fine"))
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with httpx.Client(transport=CheckedTransport(["127.0.0.0/8"], names)) as client:
        url = f"http://service.example:{http_server.port}/a"
        found = [client.get(url).text, client.get(url, headers={"Connection": "close"}).text]

    assert (found, names.asked) == (["fine", "fine"], 1)
    hosts = {asked.headers["host"] for asked in http_server.requests}
    assert hosts == {f"service.example:{http_server.port}"}


def test_next_address_is_tried(http_server: HttpServer) -> None:
    """When the first address of a name refuses, the next one is asked."""
    http_server.route("/a", text("fine"))
    names = Names(["127.0.0.2", "127.0.0.1"])
    with httpx.Client(transport=CheckedTransport(["127.0.0.0/8"], names)) as client:
        answer = client.get(f"http://service.example:{http_server.port}/a")

    assert answer.text == "fine"


def test_name_without_an_address_is_a_failure_to_connect() -> None:
    """A name that is not known is what httpx calls a ConnectError."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with (
        httpx.Client(transport=CheckedTransport([], unknown)) as client,
        pytest.raises(httpx.ConnectError, match="not known"),
    ):
        client.get("http://nowhere.example/")


def test_redirect_to_a_private_address_is_refused(http_server: HttpServer) -> None:
    """Each host that is asked is checked, also the one that a redirect names."""
    http_server.route("/a", redirect("http://metadata.example/"))
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    with (
        httpx.Client(transport=CheckedTransport(["127.0.0.0/8"], names)) as client,
        pytest.raises(ForbiddenError, match=r"metadata\.example"),
    ):
        client.get(f"http://service.example:{http_server.port}/a", follow_redirects=True)


@pytest.mark.parametrize(("name", "fits"), [("service.example", True), ("other.example", False)])
def test_certificate_is_held_to_the_name(
    http_server: HttpServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fits: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """TLS checks the name of the URL, not the address that the connection goes to."""
    http_server.route("/a", text("fine"))
    certificate = certified("service.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    http_server.secure(certificate)
    with httpx.Client(transport=CheckedTransport(["127.0.0.0/8"], Names(["127.0.0.1"]))) as client:
        url = f"https://{name}:{http_server.port}/a"
        if fits:
            assert client.get(url).text == "fine"
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get(url)


def certified(name: str, folder: Path) -> Path:
    """A file with a key and a certificate for the name, which nobody has signed but itself."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
