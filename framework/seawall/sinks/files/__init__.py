"""A folder of one file a batch, replaced by one rename; what is published stands in a log."""

from seawall.sinks.files.lock import Holder
from seawall.sinks.files.log import Draft
from seawall.sinks.files.rollback import rolled_back_fingerprints
from seawall.sinks.files.sink import Claim, FilesSink
from seawall.sinks.files.version import VersionWriter

__all__ = [
    "Claim",
    "Draft",
    "FilesSink",
    "Holder",
    "VersionWriter",
    "rolled_back_fingerprints",
]
