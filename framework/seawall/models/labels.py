"""Where the classes that a pipeline file names stand in a classifier's result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seawall.config.predicting import Predict, TargetLabel
from seawall.errors import DataError
from seawall.models.loaded import Loaded
from seawall.names import did_you_mean
from seawall.shown import shown

__all__ = ["Place", "Places", "places_of", "second_alone"]


@dataclass(frozen=True, slots=True)
class Place:
    """A class by its label: the column of its target's result, None for a model that names none."""

    label: Any
    target: int = 0
    column: int | None = None
    classes: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """The class of each output; `targets` is how many targets the model has, 0 for a plain one."""

    of: Mapping[str, Place]
    targets: int = 0

    @property
    def allowed(self) -> str:
        """The labels, for messages."""
        return ", ".join(shown(place.label) for place in self.of.values())


def places_of(loaded: Loaded, declared: Predict) -> Places | None:
    """Where each output's class stands; None where the file lists outputs in the result's order.

    DataError for a label that the model does not have, for the first of two classes that share one
    score, and for a list where it has classes.
    """
    if not isinstance(declared.outputs, dict):
        if declared.method == "predict_proba" and (loaded.classes or loaded.target_classes):
            raise DataError(
                "probabilities are chosen by label, and the file lists them by position",
                "predict.outputs",
                f"{list(declared.outputs)}, and classes {loaded.classes or loaded.target_classes}",
                "{column: class label}",
                f"write outputs: {{{declared.outputs[0]}: one of the classes}}",
            )
        return None
    targets = loaded.target_classes
    of = {
        name: _single(name, wanted, loaded.classes)
        if targets is None
        else _of_target(name, wanted, targets)
        for name, wanted in declared.outputs.items()
    }
    if loaded.columns == 1 and targets is None:
        for name, place in of.items():
            if place.column == 0 and place.classes == 2:  # noqa: PLR2004 - no and yes
                raise second_alone(name, place)
    return Places(of, len(targets or ()))


def second_alone(name: str, place: Place) -> DataError:
    """The error for another class than the second of two, which alone has a column."""
    return DataError(
        "the model's result has a column for the second of two classes alone",
        f"predict.outputs.{name}",
        f"label {shown(place.label)}",
        "the label of the second class",
        "choose it; the first class is its opposite",
    )


def answers(loaded: Loaded, declared: Predict) -> dict[str, tuple[Any, ...]]:
    """The labels that each output may have, as far as the model says which; {} where it gives numbers."""
    targets = loaded.target_classes or (() if loaded.classes is None else (loaded.classes,))
    if declared.method != "predict" or len(targets) != len(declared.output_columns):
        return {}
    return dict(zip(declared.output_columns, targets, strict=True))


def _single(name: str, wanted: Any, classes: Sequence[Any] | None) -> Place:
    if isinstance(wanted, TargetLabel):
        raise DataError(
            "the model has one target, and the file names one of several",
            f"predict.outputs.{name}",
            f"target {wanted.target}",
            "the class's label alone",
            f"write {name}: {_written(wanted.label)}",
        )
    if classes is None:
        return Place(wanted)
    return Place(wanted, 0, _column(name, wanted, classes), len(classes))


def _of_target(name: str, wanted: Any, targets: Sequence[Sequence[Any]]) -> Place:
    if not isinstance(wanted, TargetLabel) or wanted.target >= len(targets):
        seen = f"target {wanted.target}" if isinstance(wanted, TargetLabel) else shown(wanted)
        raise DataError(
            f"the model has {len(targets)} targets, and the file does not name one of them",
            f"predict.outputs.{name}",
            seen,
            f"target 0 to {len(targets) - 1}, and a label",
            _choice(name, wanted.label if isinstance(wanted, TargetLabel) else wanted, targets),
        )
    classes = targets[wanted.target]
    column = _column(name, wanted.label, classes)
    return Place(wanted.label, wanted.target, column, len(classes))


def _choice(name: str, label: Any, targets: Sequence[Sequence[Any]]) -> str:
    """How the target is written that alone has the label; where several have it, the form."""
    having = [number for number, classes in enumerate(targets) if label in classes]
    if len(having) == 1:
        return f"write {name}: {{target: {having[0]}, label: {_written(label)}}}"
    return f"write {name}: {{target: N, label: {_written(label)}}}, N from 0 to {len(targets) - 1}"


def _column(name: str, label: Any, classes: Sequence[Any]) -> int:
    labels = list(classes)
    same = [each == label and isinstance(each, bool) == isinstance(label, bool) for each in labels]
    if any(same):
        return same.index(True)
    alike = [each for each in labels if each == label]
    alike += [each for each in labels if str(each).casefold() == str(label).casefold()]
    todo = f"write {name}: {_written(alike[0])}" if alike else ""
    raise DataError(
        f"the model has no class {shown(label)}",
        f"predict.outputs.{name}",
        f"classes {labels}",
        "one of the model's classes",
        todo or did_you_mean(str(label), map(str, labels)),
    )


def _written(label: Any) -> str:
    """The label as a pipeline file has it: texts that look like numbers stand in quotes."""
    return json.dumps(label, default=str, ensure_ascii=False)
