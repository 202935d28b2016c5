"""What a column looks like, chunk by chunk, added up."""

from seawall.profiles.atoms import Atoms
from seawall.profiles.column import ColumnProfile, unseen
from seawall.profiles.distinct import Distinct
from seawall.profiles.documents import from_json, to_json
from seawall.profiles.measure import measure
from seawall.profiles.moments import Moments
from seawall.profiles.packed import packed, unpacked
from seawall.profiles.shape import Kind, Shape
from seawall.profiles.shaping import kind_of, shape_of, shapes_of
from seawall.profiles.whole import Profile

__all__ = [
    "Atoms",
    "ColumnProfile",
    "Distinct",
    "Kind",
    "Moments",
    "Profile",
    "Shape",
    "from_json",
    "kind_of",
    "measure",
    "packed",
    "shape_of",
    "shapes_of",
    "to_json",
    "unpacked",
    "unseen",
]
