"""The keys of an HTTP source: what no service, network or host can be is refused with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seawall.config.faults import Fault

FILE = "type: csv\n      path: data/weather.csv"
HTTP = "type: http\n      url: https://weather.example/{batch}"


@pytest.mark.parametrize(
    ("line", "key", "what"),
    [
        ("url: ftp://weather.example", "url", "not the URL of a web service"),
        ("url: https://weather.example/{day}", "url", "unknown placeholder {day}"),
        ("private_networks: [10.0.0.1/8]", "private_networks.0", "not a network"),
        ("private_networks: [intranet]", "private_networks.0", "not a network"),
        ("redirects: ['https://cdn.example/']", "redirects.0", "not a host"),
        ("format: csv\n      records: data", "", "`records` is a path within JSON"),
        ("format: csv\n      pages: {by: link, next: a}", "", "`pages.next` is a path within JSON"),
    ],
)
def test_what_cannot_be_is_a_fault(
    changed: Callable[..., tuple[Fault, ...]], line: str, key: str, what: str
) -> None:
    """A value that no service could have is a fault of the file, found before anything is read."""
    section = HTTP if not line.startswith("url") else "type: http"
    (found,) = changed(FILE, f"{section}\n      {line}")

    assert (found.what, found.path) == (what, f"ingest.lookups.weather.{key}".rstrip("."))


def test_what_can_be_is_none(changed: Callable[..., tuple[Fault, ...]]) -> None:
    """Networks, hosts and paths as people write them are taken."""
    keys = f"""{HTTP}
      records: data.rows
      pages: {{by: cursor, parameter: after, next: data.next}}
      redirects: [cdn.example, 10.0.0.7, localhost]
      private_networks: [10.0.0.0/8, 127.0.0.1, 'fd00::/8']"""

    assert changed(FILE, keys) == ()
