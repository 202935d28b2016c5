"""What a column looks like, chunk by chunk, added up."""

from seawall.profile.atoms import Atoms
from seawall.profile.column import ColumnProfile, unseen
from seawall.profile.distinct import Distinct
from seawall.profile.documents import from_json, to_json
from seawall.profile.measure import measure
from seawall.profile.moments import Moments
from seawall.profile.packed import packed, unpacked
from seawall.profile.shape import Kind, Shape
from seawall.profile.shaping import kind_of, shape_of, shapes_of
from seawall.profile.whole import Profile

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
