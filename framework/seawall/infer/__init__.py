"""A contract that data keep, read off them: a proposal for a person to look through and paste."""

from seawall.infer.infer import Inferred, infer
from seawall.infer.proposal import Proposal
from seawall.infer.written import written

__all__ = ["Inferred", "Proposal", "infer", "written"]
