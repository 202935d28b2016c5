"""The faults that a pipeline can have are tried, and no others."""

from pathlib import Path

import pytest

from seawall.config.drilled import stage_names
from seawall.drills.catalogue import cases, chosen
from seawall.drills.left_out import left_out
from seawall.drills.values import Case
from seawall.errors import UsageError
from tests.drills.pieces import TABLES, loaded

LOOKUPS = {name.partition("=")[2]: table for name, table in TABLES.items() if "=" in name}


def found(folder: Path, *only: str, faults: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Fault and column of every case of these parts, or of all."""
    config = loaded(folder).config
    tried = cases(config, TABLES["primary"], LOOKUPS, chosen(config, only, faults))
    return {(case.fault, case.column) for case in tried}


def test_each_column_that_is_read_is_broken_in_turn(tmp_path: Path) -> None:
    """The lookup's column `at` is not read, and cannot do any harm."""
    nulls = {column for fault, column in found(tmp_path, "lookup=weather") if fault == "nulls"}

    assert nulls == {"temp", "city"}


def test_only_numbers_are_multiplied_and_turned_into_text(tmp_path: Path) -> None:
    """The city has no thousandfold; the key has one, under which rows would be others."""
    tried = found(tmp_path, "primary", faults=("times_1000", "type"))

    assert tried == {("times_1000", "load"), ("times_1000", "id"), ("type", "load")}


def test_a_fault_that_changes_nothing_is_not_tried(tmp_path: Path) -> None:
    """A column of zeros is the same a thousand times over."""
    config = loaded(tmp_path).config
    zero = TABLES["primary"].set_column(2, "load", [[0.0, 0.0]])

    tried = cases(config, zero, LOOKUPS, chosen(config, ["primary"], ["times_1000"]))

    assert [case.column for case in tried] == ["id"]


def test_a_local_file_is_not_tried_for_an_error_that_goes_away(tmp_path: Path) -> None:
    """Nobody asks a file of this machine a second time; a database, yes."""
    fault = ("error_then_fine", "")

    assert fault in found(tmp_path, "lookup=weather")
    assert fault not in found(tmp_path, "lookup=plants")


@pytest.mark.parametrize(("change", "count"), [("rows: {change: 30%}", 0), ("rows: {min: 1}", 1)])
def test_half_of_a_sample_is_not_held_against_whole_batches(
    tmp_path: Path, change: str, count: int
) -> None:
    """Where the file would compare the number of rows, a sample's proves nothing."""
    config = loaded(tmp_path, "", ("validate:\n", f"validate:\n  {change}\n")).config
    what = chosen(config, ["primary"], ["half_keys"])

    tried = cases(config, TABLES["primary"], LOOKUPS, what, share=0.5)

    assert len(tried) == count
    assert len(left_out(config, what, tried, share=0.5)) == 1 - count


def test_what_is_not_tried_says_why(tmp_path: Path) -> None:
    """A dash in the table has a reason below it."""
    config = loaded(tmp_path).config
    what = chosen(config, ["primary"], ["error_then_fine", "stale"])
    tried = cases(config, TABLES["primary"], LOOKUPS, what)

    assert [(one.fault, one.why) for one in left_out(config, what, tried, share=1.0)] == [
        ("error_then_fine", "files of this machine are read once, and not asked again"),
        ("stale", "no column tells when the rows are from"),
    ]


def test_a_lookup_that_only_stands_in_is_no_part(tmp_path: Path) -> None:
    """Whoever names it is told with what it is broken."""
    chain = ("        - constants: {temp: 20.0}\n", "        - lookup: plants\n")
    columns = ("      columns: {size: plant_size}", "      columns: {size: temp}")
    join = ("join: {plant: code}", "join: {city: code}")
    config = loaded(tmp_path, "", chain, columns, join).config

    with pytest.raises(UsageError, match="stands in") as refused:
        chosen(config, ["lookup=plants"], ())

    assert "run all_lookups_down" in str(refused.value)


def test_a_table_without_a_time_of_its_own_is_stale_all_the_same(tmp_path: Path) -> None:
    """A lookup may be yesterday's; a primary without any time has nothing that could be old."""
    assert ("stale", "") in found(tmp_path, "lookup=plants")
    assert not {fault for fault, _ in found(tmp_path, "primary")} & {"stale"}


def test_parts_without_a_table_have_their_own_faults(tmp_path: Path) -> None:
    """The model, and the run as a whole."""
    config = loaded(tmp_path).config
    tried = cases(config, TABLES["primary"], LOOKUPS, chosen(config, ["model", "run"], ()))

    assert tried[0] == Case("model", "missing")
    assert tried[-1] == Case("run", "all_lookups_down")


@pytest.mark.parametrize(
    ("only", "faults", "near"),
    [
        (["lookup=weathr"], [], "did you mean `lookup=weather`?"),
        ([""], [], "not a part of the pipeline"),
        ([], [""], "not a fault"),
        ([], ["dwon"], "did you mean `down`?"),
        (["model"], ["down"], "allowed: missing, out_of_bounds"),
    ],
)
def test_a_name_of_no_part_or_fault_is_refused(
    tmp_path: Path, only: list[str], faults: list[str], near: str
) -> None:
    """The message has the nearest name, or those that there are."""
    with pytest.raises(UsageError) as refused:
        chosen(loaded(tmp_path).config, only, faults)

    assert near in str(refused.value)


def test_stages_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """The second one has a number."""
    stages = "featurize: [{use: fill, with: {values: {load: 0}}}, {use: fill, with: {values: {load: 1}}}]"

    assert stage_names(loaded(tmp_path, stages).config) == ("fill", "fill.2")
