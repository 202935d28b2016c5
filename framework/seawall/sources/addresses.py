"""Which addresses an upstream may be reached at: public ones, and what the file lists besides.

A name is resolved once and the connection goes to the address that was checked, so that a name
which points elsewhere a moment later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

import httpx

from seawall.errors import ForbiddenError

__all__ = ["CheckedTransport", "checked"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[..., Sequence[tuple[Any, ...]]]

# the last 32 bits of these are an IPv4 address, to which a gateway passes the packets on
_TRANSLATED = IPv6Network("64:ff9b::/96")


def checked(
    host: str, port: int, networks: Sequence[Network], resolve: Resolve = socket.getaddrinfo
) -> tuple[str, ...]:
    """The addresses of the host, in the resolver's order; ForbiddenError when one is not allowed.

    One is enough, since which of them would be taken is not ours to say. Raises the resolver's
    socket.gaierror.
    """
    found = [entry[4][0] for entry in resolve(host, port, type=socket.SOCK_STREAM)]
    for text in found:
        if not _allowed(ip_address(text), networks):
            raise ForbiddenError(
                "an address that is not public",
                host,
                text,
                ", ".join(map(str, networks)) or "public addresses",
                "if the service is meant to be there, list its network under private_networks",
            )
    return tuple(dict.fromkeys(found))


class CheckedTransport(httpx.BaseTransport):
    """Sends requests to checked addresses only. TLS still holds the server to the name in the URL."""

    def __init__(self, networks: Sequence[str], resolve: Resolve = socket.getaddrinfo) -> None:
        """`networks` are those that are allowed besides public addresses, such as 10.0.0.0/8."""
        self._networks = [ip_network(text) for text in networks]
        self._resolve = resolve
        self._addresses: dict[tuple[str, int], tuple[str, ...]] = {}
        self._transports: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer from the first address that takes the connection."""
        host = request.url.raw_host.decode("ascii")
        addresses = self._of(host, request)
        for address in addresses[:-1]:
            try:
                return self._transport(host).handle_request(_addressed(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._transport(host).handle_request(_addressed(request, host, addresses[-1]))

    def close(self) -> None:
        """No connection is open."""
        for transport in self._transports.values():
            transport.close()

    def _of(self, host: str, request: httpx.Request) -> tuple[str, ...]:
        port = request.url.port or {"http": 80, "https": 443}[request.url.scheme]
        try:
            if (host, port) not in self._addresses:
                self._addresses[host, port] = checked(host, port, self._networks, self._resolve)
        except OSError as error:  # the words that httpx itself has for it
            raise httpx.ConnectError(str(error), request=request) from error
        return self._addresses[host, port]

    def _transport(self, host: str) -> httpx.HTTPTransport:
        """A pool for each name: two names at one address share no TLS connection."""
        if host not in self._transports:
            # trust_env is about SSL_CERT_FILE here; proxies are the client's, which has none
            self._transports[host] = httpx.HTTPTransport(retries=0, trust_env=True)
        return self._transports[host]


def _allowed(address: Address, networks: Sequence[Network]) -> bool:
    address = _unwrapped(address)
    if any(address in network for network in networks):
        return True
    local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or local)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _addressed(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same request, its Host header unchanged, to the address; TLS asks for the host's name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
