"""Rows that a run left in quarantine are run again after a fix, and added to its version."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from seawall.cli.summary import summary
from seawall.contracts import Account
from seawall.errors import Exit
from seawall.sinks.files import FilesSink, Holder
from tests.quarantine.conftest import BATCH, Project, clean

FIXED = {2: "250.0", 7: "900"}
ABOVE, KIND = "x: above max", "kind: not one of"


def loosen(project: Project) -> None:
    """The contract lets the large values pass, and the capital letter not yet."""
    project.change("max: 100,", "max: 1000,")


def loosen_all(project: Project) -> None:
    """The contract lets every row pass."""
    loosen(project)
    project.change("[a, b]", "[a, b, B]")


def test_replayed_rows_are_those_of_a_clean_run(published: Project) -> None:
    """After the fix the version has every row, with the very values that an undisturbed run gives."""
    loosen_all(published)
    result = published.replay()

    assert (result.state, result.version, result.exit) == ("published", 2, Exit.OK)
    assert result.account == Account(12, 12, 0, 0)
    assert result.replayed == Account(3, 3, 0, 0)
    assert published.rows() == clean(FIXED)


def test_the_commit_says_what_it_is(published: Project) -> None:
    """The entry is a replay of version 1, made from what version 1 was, and says what has changed."""
    loosen_all(published)
    published.replay()
    first, second = published.entry(1), published.entry(2)
    said = [finding["seen"] for finding in second["findings"] if finding["check"] == "replay"]

    assert (second["kind"], second["base"], second["fingerprint"]) == (
        "replay", 1, first["fingerprint"]
    )  # fmt: skip
    assert "config validate.columns.x.max 100" in said[0]
    assert said[1] == "3 published, 0 in quarantine again, 0 filtered"


def test_the_version_before_is_kept(published: Project) -> None:
    """The file of version 1 stays as it was, for a rollback."""
    before = published.view.read_bytes()
    loosen_all(published)
    published.replay()

    assert (
        published.root / "out.seawall" / published.entry(1)["file"]["path"]
    ).read_bytes() == before


def test_rows_that_fail_again(published: Project) -> None:
    """A row that still breaks the contract stays in quarantine, and a later replay takes it."""
    loosen(published)
    first = published.replay()
    published.change("[a, b]", "[a, b, B]")
    second = published.replay()

    assert (first.account, first.replayed) == (Account(12, 11, 1, 0), Account(3, 2, 1, 0))
    assert (second.account, second.version) == (Account(12, 12, 0, 0), 3)
    assert published.rows() == clean(FIXED)


def test_one_reason(published: Project) -> None:
    """With a reason only its rows are taken; the same run can be named again for the others."""
    loosen_all(published)
    run_id = published.entry(1)["run_id"]
    first = published.replay(run_id, reason=KIND)
    second = published.replay(run_id, reason=ABOVE)

    assert (first.account, first.replayed) == (Account(12, 10, 2, 0), Account(1, 1, 0, 0))
    assert (second.account, second.replayed) == (Account(12, 12, 0, 0), Account(2, 2, 0, 0))
    assert published.rows() == clean(FIXED)


def test_a_misspelt_reason(published: Project) -> None:
    """A reason for which no row left is refused with those that there are, and the nearest of them."""
    result = published.replay(reason="x: abov max")

    assert (result.exit, result.version) == (Exit.USAGE, 1)
    assert f"one of {KIND!r}, {ABOVE!r}" in result.message
    assert f"did you mean {ABOVE!r}?" in result.message


def test_a_reason_that_was_replayed(published: Project) -> None:
    """A replay for a reason can be given again when it has ended: nothing is left of it, no error."""
    loosen_all(published)
    published.replay(reason=KIND)
    again = published.replay(reason=KIND)

    assert (again.state, again.version, again.exit) == ("nothing to replay", 2, Exit.OK)
    assert f"none for {KIND!r}" in again.findings[0].message


def test_a_second_replay(published: Project) -> None:
    """When every row has passed there is nothing left, and no row comes twice."""
    loosen_all(published)
    published.replay()
    again = published.replay(published.entry(1)["run_id"])

    assert (again.state, again.version, again.account) == (
        "nothing to replay", 2, Account(12, 12, 0, 0)
    )  # fmt: skip
    assert published.rows() == clean(FIXED)


def test_nothing_passes(published: Project) -> None:
    """Without a fix no version is made, the rows stay, and a replay after the fix takes them."""
    idle = published.replay()
    loosen_all(published)
    result = published.replay()

    assert (idle.state, idle.version, idle.replayed) == (
        "nothing to replay",
        1,
        Account(3, 0, 3, 0),
    )
    assert idle.account == Account(12, 9, 3, 0)
    assert (result.version, published.rows()) == (2, clean(FIXED))


def test_another_version_is_live(published: Project) -> None:
    """A run whose version was replaced is refused, and the run that is live is named."""
    published.run(force=True)
    live = published.entry(2)["run_id"]
    result = published.replay(published.entry(1)["run_id"])

    assert (result.exit, result.version) == (Exit.USAGE, 2)
    assert f"seawall replay {live}, or run the batch again" in result.message


def test_a_run_that_published_nothing(published: Project) -> None:
    """A failed run has no version to which rows could be added."""
    published.change("rows: 8", "rows: 1")
    failed = published.run(force=True)
    result = published.replay(failed.run_id)

    assert (failed.exit, result.exit) == (Exit.DATAERR, Exit.USAGE)
    assert "the run published nothing" in result.message


def test_a_run_that_found_it_published(published: Project) -> None:
    """A run that had nothing to do stands for the version that it found."""
    again = published.run()
    loosen_all(published)
    result = published.replay(again.run_id)

    assert (again.state, result.state, result.version) == ("already published", "published", 2)


def test_after_a_rollback(published: Project) -> None:
    """When a replay is rolled back its rows are in quarantine again, and can be replayed again."""
    loosen_all(published)
    published.replay()
    sink = FilesSink(published.root / "out", handover_s=0)
    sink.rollback(BATCH, reason="too soon", by="me", run_id="r")
    before = len(published.rows())
    result = published.replay(published.entry(1)["run_id"])

    assert (before, result.version, result.account) == (9, 4, Account(12, 12, 0, 0))
    assert published.rows() == clean(FIXED)


def test_another_model(published: Project) -> None:
    """Rows of another model are not added to a version: the batch has to be run again."""
    published.change("* 1000.0", "* 2000.0", "mends/model.py")
    result = published.replay()

    assert (result.exit, result.version) == (Exit.DATAERR, 1)
    assert "a version is of one model" in result.message
    assert "run the batch again" in result.message


def test_what_to_do_after_a_failed_replay(published: Project) -> None:
    """The ledger knows whose rows were replayed, and names that command, not the batch's."""
    from seawall.cli.explanation import step_of
    from seawall.ledger import existing_ledger
    from seawall.ledger import run as found

    published.change("* 1000.0", "* 2000.0", "mends/model.py")
    failed = published.replay()
    ledger = existing_ledger(str(published.root / ".seawall" / "ledger.db"))
    assert ledger is not None
    row = found(ledger, failed.run_id).run
    ledger.close()
    first = published.entry(1)["run_id"]

    assert (row.replays, row.state) == (first, "failed")
    assert f"run `seawall replay {first}` once more" in step_of(row).todo


def test_other_columns(published: Project) -> None:
    """A column that was not read at that time is not in quarantine: it is named, and what to do."""
    published.change("    x: {", "    y: {dtype: float64}\n    x: {")
    result = published.replay()

    assert (result.exit, result.version) == (Exit.DATAERR, 1)
    assert "now reads columns that the version does not have: y" in result.message


def test_a_later_run(published: Project) -> None:
    """The old file says that it is published; the fixed one computes the whole batch anew."""
    loosen_all(published)
    published.replay()
    fixed = (published.root / "pipeline.yaml").read_text()
    published.change("max: 1000,", "max: 100,")
    published.change("[a, b, B]", "[a, b]")
    idle = published.run()
    (published.root / "pipeline.yaml").write_text(fixed)
    anew = published.run()

    assert (idle.state, idle.version) == ("already published", 2)
    assert (anew.state, anew.version, published.entry(3)["kind"]) == ("published", 3, "publish")
    assert published.rows() == clean(FIXED)


def test_a_filter_that_drops_them_now(published: Project) -> None:
    """A replayed row that no longer belongs to the job counts as filtered, and the account closes."""
    (published.root / "mends" / "steps.py").write_text(
        "def wanted(frame):\n    return frame['id'] != 7\n"
    )
    published.change("  columns:\n", "  filters: [{use: mends.steps:wanted}]\n  columns:\n")
    loosen_all(published)
    result = published.replay()

    assert (result.account, result.replayed) == (Account(12, 11, 0, 1), Account(3, 2, 0, 1))
    assert sorted(published.rows()) == [n for n in range(12) if n != 7]


def test_a_filter_that_drops_them_all(published: Project) -> None:
    """Where none passes but some are filtered they leave the quarantine, and readers see the same rows."""
    before = published.view.read_bytes()
    (published.root / "mends" / "steps.py").write_text(
        "def small(frame):\n    return frame['x'] < 100\n"
    )
    published.change("  columns:\n", "  filters: [{use: mends.steps:small}]\n  columns:\n")
    result = published.replay()

    assert (result.state, result.version) == ("published", 2)
    assert (result.account, result.replayed) == (Account(12, 9, 1, 2), Account(3, 0, 1, 2))
    assert published.view.read_bytes() == before


def staged(project: Project, ratio: str) -> None:
    """A stage makes a column that nobody reads, and raises on the large values while told to."""
    text = f"def ratio(frame):\n    return frame.assign(ratio={ratio})\n"
    (project.root / "mends" / "steps.py").write_text(text)
    sys.modules.pop("mends.steps", None)


def test_a_stage_that_makes_another_type(project: Project) -> None:
    """A column that is made on the way may have another type after the fix: that is a warning."""
    staged(project, "frame['id']")
    project.change("predict:", "featurize: [{use: mends.steps:ratio}]\npredict:")
    project.run()
    staged(project, "frame['id'] / 2")
    loosen(project)
    first = project.replay()
    project.change("[a, b]", "[a, b, B]")
    second = project.replay()
    said = [one.message for one in first.findings if one.severity == "warn"]

    assert (first.version, second.version) == (2, 3), first.message + second.message
    assert "'ratio' int64 is now float64" in said[-1]
    assert project.rows() == clean(FIXED)


def test_a_stage_that_makes_a_new_column(published: Project) -> None:
    """A stage that was put in since makes a column that the other rows never had: a warning, too."""
    staged(published, "frame['x'] / 2")
    published.change("predict:", "featurize: [{use: mends.steps:ratio}]\npredict:")
    loosen_all(published)
    result = published.replay()

    assert (result.version, published.rows()) == (2, clean(FIXED)), result.message
    assert any("'ratio' absent is now float64" in one.message for one in result.findings)


def test_another_published_type(published: Project) -> None:
    """A published column of another type cannot be added to: the batch has to be run again."""
    published.change("id: {dtype: int64}", "id: {dtype: string}")
    loosen_all(published)
    result = published.replay()

    assert (result.exit, result.version) == (Exit.DATAERR, 1)
    assert "published columns have other types than the version has: id" in result.message
    assert "run the batch again" in result.message


def test_reasons_of_a_replay_that_got_worse(published: Project) -> None:
    """The result counts the reasons for which replayed rows are in quarantine again, and these alone."""
    published.change("max: 100,", "max: 1,")
    idle = published.replay(reason=ABOVE)
    published.change("max: 1,", "max: 500,")
    half = published.replay(reason=ABOVE)

    assert (idle.state, idle.reasons) == ("nothing to replay", {ABOVE: 2})
    assert f"  quarantined  2 for {ABOVE}" in summary(idle)
    assert (half.version, half.reasons) == (2, {ABOVE: 1})


def test_records_that_could_not_be_read(project: Project) -> None:
    """A malformed line has no values to run again: it stays in quarantine, through every replay."""
    project.change("10,a,10.50", "10,a,10.50,more,fields", f"data/{BATCH}.csv")
    project.run()
    loosen_all(project)
    result = project.replay()
    again = project.replay()

    assert (result.account, result.replayed) == (Account(12, 11, 1, 0), Account(3, 3, 0, 0))
    assert again.state == "nothing to replay"


def test_keys_that_are_published(project: Project) -> None:
    """A row that repeats a published key stays in quarantine, so that no key comes twice."""
    project.change("10,a,10.50", "1,a,10.50", f"data/{BATCH}.csv")
    project.change("key: id,", "key: id, on_duplicate_key: quarantine,")
    project.run()
    loosen_all(project)
    result = project.replay()
    again = project.replay()

    assert (result.account, result.replayed) == (Account(12, 11, 1, 0), Account(3, 3, 0, 0))
    assert "the keys of 1 are published already" in again.findings[0].message


def test_what_was_promised_holds_for_the_whole(published: Project) -> None:
    """The mean is judged over all rows, not over the replayed ones, which alone would be refused."""
    loosen_all(published)
    published.change(
        "publish:", "check_output: {distribution: {place: {mean: [5000, 6000]}}}\npublish:"
    )
    result = published.replay()

    assert (result.state, result.version) == ("published", 2), result.message


def test_a_budget_holds_for_the_whole(published: Project) -> None:
    """Rows that stay aside count against the budget with the replayed ones; over it nothing changes."""
    published.change("rows: 8", "rows: 1")
    loosen(published)
    published.change("[a, b]", "[a]")
    result = published.replay(reason=ABOVE)

    assert (result.exit, result.version, len(published.rows())) == (Exit.DATAERR, 1, 9)


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_every_format(project: Project, form: str) -> None:
    """The published file has the earlier rows and the replayed ones, in whatever format."""
    project.change("format: csv", f"format: {form}")
    project.run()
    loosen_all(project)
    project.replay()
    if form == "jsonl":
        rows = [json.loads(line) for line in project.view.read_text().splitlines()]
        found = {row["id"]: row["place"] for row in rows}
    else:
        found = project.rows()

    assert found == clean(FIXED)


def test_lookups_are_asked_anew(project: Project) -> None:
    """A row whose key had no match is replayed with what the lookup answers now."""
    (project.root / "data" / "kinds.csv").write_text("kind,weight\na,1\nb,2\n")
    project.change(
        "validate:",
        "  lookups:\n    kinds: {type: csv, path: data/kinds.csv, join: [kind], columns: [weight], "
        "on_missing_key: quarantine}\nvalidate:",
    )
    project.change(
        "kind: {dtype: string, one_of: [a, b], on_violation: quarantine}", "kind: {dtype: string}"
    )
    project.change("max: 100,", "max: 1000,")
    first = project.run()
    (project.root / "data" / "kinds.csv").write_text("kind,weight\na,1\nb,2\nB,3\n")
    result = project.replay()

    assert (first.account, result.account) == (Account(12, 11, 1, 0), Account(12, 12, 0, 0))
    assert project.rows() == clean(FIXED)


def plan_folder(project: Project, number: int = 1) -> Path:
    """The folder of the batch's first plan, or a later one."""
    (folder,) = (project.root / "out.seawall" / "plans" / BATCH).glob(f"{number:08d}.*")
    return folder


@pytest.mark.parametrize("kind", ["parts", "quarantine", "receipts"])
def test_a_damaged_folder(published: Project, kind: str) -> None:
    """Where a file of the version's plan is not as it was, nothing is published and it is said."""
    victim = min((plan_folder(published) / kind).iterdir())
    victim.write_bytes(victim.read_bytes()[:-7])
    loosen_all(published)
    result = published.replay()

    assert (result.exit, result.version) == (Exit.IOERR, 1)
    assert "run the batch again" in result.message


def collected(project: Project) -> None:
    """The batch's garbage is collected, a month later."""
    sink = FilesSink(project.root / "out", handover_s=0)
    now = datetime.now(UTC) + timedelta(days=30)
    sink.collect_garbage(now, Holder("gc", 1, "here", now))


def test_garbage(published: Project) -> None:
    """What a replay needs of the live version stays as long as rows of it are in quarantine."""
    collected(published)
    kept = plan_folder(published).is_dir()
    loosen_all(published)
    result = published.replay()
    collected(published)
    left = list((published.root / "out.seawall" / "plans" / BATCH).iterdir())

    assert (kept, result.version, published.rows(), left) == (True, 2, clean(FIXED), [])


def test_examples_of_a_run_over_budget(project: Project) -> None:
    """A run that fails for its quarantine tells why, and shows rows, as one that publishes."""
    from seawall.ledger import existing_ledger
    from seawall.ledger import run as found

    project.change("rows: 8", "rows: 2")
    result = project.run()
    ledger = existing_ledger(str(project.root / ".seawall" / "ledger.db"))
    assert ledger is not None
    reasons = {one.reason: one for one in found(ledger, result.run_id).reasons}
    ledger.close()
    first = reasons[ABOVE].examples[0]

    assert (result.exit, {name: one.rows for name, one in reasons.items()}) == (
        Exit.DATAERR, {ABOVE: 2, KIND: 1}
    )  # fmt: skip
    assert (first.stage, first.column, first.key, first.value) == ("validate", "x", "2", "'250.0'")
    assert first.place.endswith(f"data/{BATCH}.csv:4, row 2 of the batch")


def test_original_values_are_kept(published: Project) -> None:
    """Quarantine has the text of the source, not the number that was made of it."""
    files = sorted((plan_folder(published) / "quarantine").iterdir())
    frames = [pd.read_feather(file) for file in files]

    assert pd.concat(frames)["x"].tolist() == ["250.0", "5.50", "900"]


def test_values_that_were_no_numbers(project: Project) -> None:
    """A row whose value could not be converted is kept with its text, and replayed once it may be null."""
    project.change("10,a,10.50", "10,a,none", f"data/{BATCH}.csv")
    first = project.run()
    loosen_all(project)
    project.change("{dtype: float64,", "{dtype: float64, nullable: true, nulls: [none],")
    result = project.replay()

    assert (first.account.quarantined, result.account) == (4, Account(12, 12, 0, 0))
    assert sorted(project.rows()) == list(range(12))


def test_rows_on_which_a_stage_raised(project: Project) -> None:
    """What a stage raised on a row is kept with it; after the fix the row is replayed."""
    stage = "def double(frame):\n    if (frame['x'] == 900).any():\n        raise KeyError('900')\n    return frame\n"
    (project.root / "mends" / "steps.py").write_text(stage)
    project.change("predict:", "featurize: [{use: mends.steps:double}]\npredict:")
    loosen_all(project)
    first = project.run()
    file = next((plan_folder(project) / "quarantine").iterdir())
    note = pd.read_feather(file)["_note"].tolist()
    project.change("== 900", "== 901", "mends/steps.py")
    sys.modules.pop("mends.steps")
    result = project.replay()

    assert (first.account.quarantined, "KeyError" in note[0]) == (1, True)
    assert (result.account, project.rows()) == (Account(12, 12, 0, 0), clean(FIXED))


def test_examples_of_warnings(project: Project) -> None:
    """Rows that only warn are published, counted, and shown in explain as those in quarantine are."""
    from seawall.ledger import existing_ledger
    from seawall.ledger import run as found

    project.change("max: 100, on_violation: quarantine", "max: 100, on_violation: warn")
    result = project.run()
    ledger = existing_ledger(str(project.root / ".seawall" / "ledger.db"))
    assert ledger is not None
    (warned,) = [one for one in found(ledger, result.run_id).reasons if one.went == "warned"]
    ledger.close()

    assert (warned.reason, warned.rows, result.account.published) == (ABOVE, 2, 11)
    assert [(one.key, one.value) for one in warned.examples] == [("2", "'250.0'"), ("7", "'900'")]
