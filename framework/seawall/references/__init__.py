"""What batches are compared with: written once, looked at by people, refused when it was changed."""

from seawall.references.fit import Misfit, misfits
from seawall.references.past import past_of_parts
from seawall.references.pruned import pruned
from seawall.references.reading import read_reference
from seawall.references.reference import Reference
from seawall.references.writing import write_reference

__all__ = [
    "Misfit",
    "Reference",
    "misfits",
    "past_of_parts",
    "pruned",
    "read_reference",
    "write_reference",
]
