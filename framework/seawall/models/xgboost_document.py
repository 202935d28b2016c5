"""An XGBoost file whose trees are sound: the library trusts them, and a damaged one crashes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.models.tree_links import hold_links
from seawall.models.ubjson import decoded

__all__ = ["Document", "document_of"]

_INTEGERS = ("left_children", "right_children", "parents", "split_indices", "split_type")
_OTHERS = ("base_weights", "default_left", "split_conditions", "sum_hessian", "loss_changes")


@dataclass(frozen=True, slots=True)
class Document:
    """What a booster's file says of it.

    `features` are none where it was trained on a bare matrix. `categories` has the columns that are
    categories with their values, None where those are whole numbers themselves. `rounds` is how many
    count where training stopped early.
    """

    version: tuple[int, ...]
    objective: str
    classes: int
    width: int
    features: tuple[str, ...]
    categories: Mapping[str, tuple[Any, ...] | None]
    rounds: int | None


def document_of(payload: bytes, path: str) -> Document:
    """The file's document, its trees held to what they must be; DataError for anything else."""
    try:
        document = _parsed(payload)
        return _held(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        said = " ".join(str(error).split())[:200]
        raise DataError(
            "the file is not a model of the declared format",
            path,
            f"no key {said}" if isinstance(error, KeyError) else said,
            "a booster as Booster.save_model writes it, in JSON or UBJSON",
            "save the model anew, or declare its type",
        ) from error


def _parsed(payload: bytes) -> Any:
    """The document of either format; JSON has a quote behind its first bracket, UBJSON a length."""
    if payload[:1] != b"{":
        raise ValueError(f"a file that begins with {payload[:8]!r}")
    if payload[1:2] in b'"} \n\r\t':
        return json.loads(payload)
    return decoded(payload)


def _held(document: Mapping[str, Any]) -> Document:
    learner = document["learner"]
    booster, sizes = learner["gradient_booster"], learner["learner_model_param"]
    if booster["name"] == "dart":
        _hold_length(booster["weight_drop"], len(booster["gbtree"]["model"]["trees"]), "weights")
        booster = booster["gbtree"]
    if booster["name"] != "gbtree":
        raise ValueError(f"a booster {booster['name']!r}: only gbtree and dart are read")
    classes, targets = int(sizes["num_class"]), int(sizes.get("num_target", 1))
    width = int(sizes["num_feature"])
    _hold_model(booster["model"], width, max(classes, targets, 1))
    _hold_names(learner, width)
    stopped = learner.get("attributes", {}).get("best_iteration")
    rounds = None if stopped is None else int(stopped) + 1
    version = tuple(int(part) for part in document["version"])
    return Document(
        version,
        str(learner["objective"]["name"]),
        max(classes, targets),
        width,
        tuple(learner.get("feature_names", ())),
        _categories(learner, booster["model"].get("cats")),
        rounds,
    )


def _categories(learner: Mapping[str, Any], known: Any) -> dict[str, tuple[Any, ...] | None]:
    """The columns of type `c`, in the order of their places."""
    kinds = zip(learner.get("feature_names", ()), learner.get("feature_types", ()), strict=False)
    encoded = [] if known is None else known["enc"]
    return {
        name: _values(encoded[place]) if encoded else None
        for place, (name, kind) in enumerate(kinds)
        if kind == "c"
    }


def _values(encoded: Mapping[str, Any]) -> tuple[Any, ...]:
    """The categories: texts, cut out of one buffer at their offsets, or numbers."""
    values = _whole(encoded["values"]) if "offsets" in encoded else np.asarray(encoded["values"])
    if "offsets" not in encoded:
        return tuple(values.tolist())
    borders = _whole(encoded["offsets"])
    return tuple(
        values[start:stop].astype(np.uint8).tobytes().decode() for start, stop in pairwise(borders)
    )


def _hold_names(learner: Mapping[str, Any], features: int) -> None:
    for key in ("feature_names", "feature_types"):
        names = learner.get(key, [])
        if len(names) not in {0, features} or not all(isinstance(name, str) for name in names):
            raise ValueError(f"{len(names)} {key} for {features} features")


def _hold_model(model: Mapping[str, Any], features: int, groups: int) -> None:
    trees = model["trees"]
    _hold_length(trees, int(model["gbtree_model_param"]["num_trees"]), "trees")
    _hold_length(model["tree_info"], len(trees), "tree_info")
    _hold_range(model["tree_info"], groups, "tree_info")
    borders = np.asarray(model.get("iteration_indptr", [0, len(trees)]), dtype=np.int64)
    if not len(borders) or borders[0] or borders[-1] != len(trees) or (np.diff(borders) < 0).any():
        raise ValueError("the rounds do not hold the trees")
    _hold_categories(model.get("cats"), features)
    for number, tree in enumerate(trees):
        try:
            _hold_tree(tree, features)
        except ValueError as error:
            raise ValueError(f"tree {number}: {error}") from error


def _hold_tree(tree: Mapping[str, Any], features: int) -> None:
    sizes = tree["tree_param"]
    nodes = int(sizes["num_nodes"])
    if int(sizes["size_leaf_vector"]) > 1:
        raise ValueError("leaves of several values (multi_output_tree), which are not read")
    if int(sizes["num_feature"]) != features or int(sizes["num_deleted"]):
        raise ValueError(f"num_feature {sizes['num_feature']}, num_deleted {sizes['num_deleted']}")
    known = {name: _whole(tree[name]) for name in _INTEGERS}
    for name in (*_INTEGERS, *_OTHERS):
        _hold_length(tree[name], nodes, name)
    left, right = known["left_children"], known["right_children"]
    inner = left != -1
    if not np.array_equal(inner, right != -1):
        raise ValueError("a node with one child")
    hold_links(np.concatenate([left[inner], right[inner]]), nodes)
    parents, places = known["parents"], np.flatnonzero(inner)
    if (parents[left[inner]] != places).any() or (parents[right[inner]] != places).any():
        raise ValueError("a child with another parent")
    if parents[0] not in {-1, 2**31 - 1}:
        raise ValueError("a root with a parent")
    _hold_range(known["split_indices"][inner], features, "split_indices")
    _hold_sets(tree, known["split_type"], nodes)


def _hold_sets(tree: Mapping[str, Any], kinds: NDArray[np.int64], nodes: int) -> None:
    """Each split by categories has its set of them."""
    places, starts = _whole(tree["categories_nodes"]), _whole(tree["categories_segments"])
    sizes, values = _whole(tree["categories_sizes"]), _whole(tree["categories"])
    _hold_length(starts, len(places), "categories_segments")
    _hold_length(sizes, len(places), "categories_sizes")
    _hold_range(places, nodes, "categories_nodes")
    _hold_range(values, 2**24, "categories")
    _hold_range(kinds, 2, "split_type")
    if not np.array_equal(places, np.flatnonzero(kinds == 1)):
        raise ValueError("splits by categories without their categories")
    if (starts < 0).any() or (sizes < 1).any() or (starts + sizes > len(values)).any():
        raise ValueError("categories beyond their list")


def _hold_categories(known: Any, features: int) -> None:
    """The texts of the categories that the model was trained on, all of them in one buffer."""
    if known is None or not len(known["enc"]):
        return
    _hold_length(known["enc"], features, "cats.enc")
    borders = _whole(known["feature_segments"])
    _hold_length(borders, features + 1, "cats.feature_segments")
    total = int(borders[-1])
    if borders[0] or (np.diff(borders) < 0).any():
        raise ValueError("categories out of order")
    _hold_length(known["sorted_idx"], total, "cats.sorted_idx")
    for encoded, count in zip(known["enc"], np.diff(borders).tolist(), strict=True):
        if "offsets" not in encoded:
            _hold_length(encoded["values"], count, "cats.enc.values")
            continue
        offsets = _whole(encoded["offsets"])
        if not count and not len(offsets):
            continue
        _hold_length(offsets, count + 1, "cats.enc.offsets")
        if offsets[0] or (np.diff(offsets) < 0).any() or offsets[-1] != len(encoded["values"]):
            raise ValueError("texts of categories beyond their buffer")
    order = _whole(known["sorted_idx"])
    for first, last in pairwise(borders.tolist()):
        _hold_range(order[first:last], last - first, "cats.sorted_idx")


def _whole(values: Any) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (len(array) and array.dtype.kind not in "iub"):
        raise ValueError("a list of whole numbers that is none")
    return array.astype(np.int64)


def _hold_length(values: Any, wanted: int, name: str) -> None:
    if len(values) != wanted:
        raise ValueError(f"{len(values)} {name}, {wanted} expected")


def _hold_range(values: Any, above: int, name: str) -> None:
    numbers = _whole(values)
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < above):
        raise ValueError(f"{name} from {numbers.min()} to {numbers.max()}, of {above}")
