"""For people who write sources, and for their tests: fakes, and the contract as something to run.

`check_source(make, request)` holds a source to every law of `seawall.contracts.Source`;
`FakeSource(tables)` is one that keeps them, for tests of what reads sources.
"""

from seawall.testing.check import check_source
from seawall.testing.fakes import FakeSource

__all__ = ["FakeSource", "check_source"]
