"""What a column looks like, chunk by chunk, added up."""

from seawall.profile.column import ColumnProfile, Profile
from seawall.profile.measure import measure

__all__ = ["ColumnProfile", "Profile", "measure"]
