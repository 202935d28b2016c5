"""What breaks the project around the batch's file: lookups, the project's own code, the model."""

from __future__ import annotations

import pickle
from pathlib import Path

from tests.broken.cases import Case
from tests.broken.project import loans, put
from tests.broken.spoil import Spoil, cells, code, frame, model_bytes, rates

__all__ = ["PARTS", "Trap"]

RETURN = '    return frame.assign(burden=frame["amount"] / frame["terms"] / frame["income"])\n'
BURDEN = '    frame = frame.assign(burden=frame["amount"] / frame["terms"] / frame["income"])\n'
TRACE = "trace-of-a-pickle"


class Trap:
    """Something that leaves a file behind when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path(TRACE),))


def stage(*lines: str) -> Spoil:
    """The project's stage ends in these lines, and the batch has something new to score."""
    edit = code(RETURN, BURDEN + "".join(f"    {line}\n" for line in lines))

    def spoil(project: Path) -> None:
        edit(project)
        put(project, loans().assign(amount=lambda rows: rows["amount"] + 0.01))

    return spoil


def other_model(path: Path) -> None:
    """Another model, sound by itself, stands in the model's place."""
    import skops.io
    from sklearn.linear_model import LinearRegression

    path.write_bytes(skops.io.dumps(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])))


def folder_for_file(path: Path) -> None:
    """A folder has the model's name."""
    path.unlink()
    path.mkdir()


LOOKUPS = {
    "the lookup's file gone": Case(rates(None), 69, ("rates",)),
    "a lookup without rows": Case(rates("city,rate\n"), 69, ("rates",)),
    "a lookup without a city": Case(
        rates("city,rate\nRome,0.03\nOslo,0.04\nKiel,0.02\n"), 69, ("rates",)
    ),
    "a city twice in a lookup": Case(
        rates("city,rate\nRome,0.03\nOslo,0.04\nBonn,0.02\nRome,0.05\n"), 65, ("rates", "Rome")
    ),
    "words in a lookup": Case(
        rates("city,rate\nRome,low\nOslo,0.04\nBonn,0.02\n"), 65, ("rate", "low")
    ),
    "a lookup's column renamed": Case(rates("city,rates\nRome,1\nOslo,2\nBonn,3\n"), 65, ("rate",)),
    "percent for shares": Case(
        rates("city,rate\nRome,3.1\nOslo,4.2\nBonn,2.8\n"), 65, ("rate", "at most 1")
    ),
    "another format for a lookup": Case(rates('{"city": "Rome"}\n'), 65, ("rates",)),
}
STAGES = {
    "one poison row": Case(
        cells("memo", "!7"), 0, ("add_burden", "ValueError", "quarantined 1"), aside=(7,)
    ),
    "poison in every chunk": Case(
        cells("memo", "!", (1, 40, 70, 119)),
        0,
        ("add_burden", "quarantined 4"),
        aside=(1, 40, 70, 119),
    ),
    "more poison than the budget": Case(
        cells("memo", "!", range(0, 120, 12)), 65, ("add_burden", "ValueError")
    ),
    "poison in every row": Case(
        frame(lambda r: r.assign(memo="!")), 70, ("add_burden", "ValueError", "steps.py:15")
    ),
    "a name that nobody knows": Case(stage("return fraem"), 70, ("NameError", "steps.py:17")),
    "a stage that drops rows": Case(stage("return frame.iloc[1:]"), 70, ("add_burden", "rows")),
    "a stage that doubles rows": Case(
        stage("import pandas", "return pandas.concat([frame, frame])"), 70, ("add_burden", "rows")
    ),
    "a stage that sorts": Case(
        stage('return frame.sort_values("amount")'), 70, ("add_burden", "reorder")
    ),
    "a stage that numbers rows anew": Case(
        stage("return frame.sort_values('amount').reset_index(drop=True)"),
        70,
        ("add_burden", "rows"),
    ),
    "a stage that returns nothing": Case(
        stage("frame.mean(numeric_only=True)"), 70, ("add_burden", "NoneType")
    ),
    "a stage that changes the key": Case(
        stage('return frame.assign(id=frame["id"] + 1)'), 70, ("add_burden", "key")
    ),
    "a stage that changes a type": Case(
        stage('return frame.assign(terms=frame["terms"] * 1.0)'),
        70,
        ("add_burden", "terms", "int32"),
    ),
    "a stage that needs its neighbours": Case(
        stage("if len(frame) > 20:", "    raise ValueError('too many')", "return frame"),
        70,
        ("depends on", "steps.py:18"),
    ),
    "a stage that leaves the process": Case(
        stage("raise SystemExit(0)"), 70, ("add_burden", "SystemExit")
    ),
    "a stage that forgets its column": Case(
        stage('return frame.drop(columns="burden")'), 65, ("burden",)
    ),
    "a stage that makes infinity": Case(
        stage(
            'return frame.assign(burden=frame["burden"].where(frame["memo"] != "loan 7", float("inf")))'
        ),
        0,
        ("burden", "infinite", "quarantined 1"),
        aside=(7,),
    ),
    "a stage that makes a null": Case(
        stage('return frame.assign(burden=frame["burden"].where(frame["memo"] != "loan 7"))'),
        0,
        ("quarantined 1", "NaN"),
        aside=(7,),
    ),
    "a stage that makes the same of all": Case(
        stage("return frame.assign(burden=0.25, rate=0.03, discount=0.0)"), 4, ("mid",)
    ),
    "a filter that raises": Case(
        code('return frame["active"]', 'return frame["actve"]'),
        70,
        ("active", "actve", "steps.py:5"),
    ),
    "a filter that is no mask": Case(
        code('return frame["active"]', 'return frame["terms"]'), 70, ("active", "truth value")
    ),
    "a rule that raises": Case(
        code("< 5_000", "< unknown"), 70, ("affordable", "NameError", "steps.py:9")
    ),
    "steps that are no Python": Case(
        code("def active(frame):", "def active(frame:"), 78, ("lending.steps",)
    ),
    "steps without a name": Case(code("def affordable", "def payable"), 78, ("affordable",)),
    "steps that cannot be imported": Case(
        code('"""The project\'s own steps."""', "import nowhere"), 78, ("nowhere",)
    ),
}
MODELS = {
    "no model": Case(model_bytes(Path.unlink), 69, ("the model cannot be read", "risk.skops")),
    "a folder for a model": Case(model_bytes(folder_for_file), 69, ("risk.skops",)),
    "half a model": Case(
        model_bytes(lambda path: path.write_bytes(path.read_bytes()[:500])),
        77,
        ("not the one", "sha256"),
    ),
    "another model": Case(model_bytes(other_model), 77, ("not the one", "sha256")),
    "a pickle for a model": Case(
        model_bytes(lambda path: path.write_bytes(pickle.dumps(Trap()))),
        77,
        ("not the one", "sha256"),
    ),
}
OUTPUTS = {
    "a prediction above one": Case(cells("income", 1.0), 4, ("out of bounds: mid", "0 to 1")),
    "quantiles that cross": Case(
        frame(
            lambda r: r.assign(
                discount=r["discount"].where(r.index != 7, 1.0),
                amount=r["amount"].where(r.index != 7, 1.0),
            )
        ),
        4,
        ("do not rise", "low, mid, high"),
    ),
    "rows that are all alike": Case(
        frame(lambda r: r.assign(amount=5_000.0, income=5_000.0, terms=20, city="Rome")),
        4,
        ("mid",),
    ),
}
PARTS = {**LOOKUPS, **STAGES, **MODELS, **OUTPUTS}
