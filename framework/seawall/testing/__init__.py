"""For people who write sources, stages and rules, and for their tests: the contracts as something to run.

`check_source(make, request)` holds a source to every law of `seawall.contracts.Source`,
`check_stage(stage, frame)` and `check_rule(rule, frame)` hold a step to the laws of steps;
`FakeSource(tables)` is a source that keeps them, for tests of what reads sources.
"""

from seawall.testing.check import check_source
from seawall.testing.check_steps import check_rule, check_stage
from seawall.testing.fakes import FakeSource

__all__ = ["FakeSource", "check_rule", "check_source", "check_stage"]
