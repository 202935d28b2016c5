"""Files that are not there when a case asks for them."""

from pathlib import Path

import pyarrow as pa

from seawall.drills.ground import Recorded, Spot
from seawall.drills.upstreams import Part, late_folders, stand_in
from seawall.drills.written import write_rows
from tests.drills.pieces import loaded


def test_several_upstreams_can_be_down_at_once(tmp_path: Path) -> None:
    """Each has an empty folder, and its files wait in another one."""
    section, spot = loaded(tmp_path).config.ingest.lookups["plants"], Spot(tmp_path / "box", 1)
    write_rows(pa.table({"code": ["P1"], "size": [10]}), tmp_path / "rows.csv", None)
    recorded = Recorded(str(tmp_path / "rows.csv"), is_packed=True)
    for name in ("plants", "tools"):
        stand_in(Part(name, section, recorded, ("code",)), "down", "", spot)

    folders = [late_folders(spot, name) for name in ("plants", "tools")]
    assert [[len(list(one.iterdir())) for one in pair] for pair in folders] == [[0, 1], [0, 1]]
