"""A LightGBM file that is whole: the library trusts its numbers, and a damaged one crashes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.models.tree_links import hold_links

__all__ = ["Text", "text_of"]

_INNER = {
    "split_feature": int,
    "split_gain": float,
    "threshold": float,
    "decision_type": int,
    "left_child": int,
    "right_child": int,
    "internal_value": float,
    "internal_weight": float,
    "internal_count": int,
}
"""The numbers of a tree's splits."""
_LEAVES = {"leaf_value": float, "leaf_weight": float, "leaf_count": int}
_NUMBERS = {
    int: re.compile(r"-?\d{1,18}"),
    float: re.compile(r"-?(\d+\.?\d*(e[+-]?\d{1,3})?|inf|nan)"),
}
"""How LightGBM writes them; a number that it cannot read ends the process."""
_CATEGORICAL = 1
"""The bit of a split's decision_type that says that it is one by categories."""
_END, _PARAMETERS, _CATEGORIES = "\nend of trees", "\nend of parameters", "pandas_categorical:"


@dataclass(frozen=True, slots=True)
class Text:
    """What a booster's file says of it.

    `text` is the file up to the end of its trees: how it was trained has no part in a prediction, and a
    damaged line of that ends the process.
    `numeric` are the features that were numbers in training, `coded` those whose splits are sets of
    whole numbers, `categorical` those that were declared as categories, whether or not they have
    splits. `categories` are the values of pandas' categories by column, None where there were none.
    """

    text: str
    features: tuple[str, ...]
    objective: str
    classes: int
    numeric: frozenset[str]
    coded: frozenset[str]
    categorical: frozenset[str]
    categories: tuple[tuple[Any, ...], ...] | None


def text_of(payload: bytes, path: str) -> Text:
    """The file's text, its trees held to what they must be; DataError for anything else."""
    try:
        return _held(payload.decode())
    except (KeyError, ValueError, IndexError, OverflowError) as error:
        said = " ".join(str(error).split())[:200]
        raise DataError(
            "the file is not a model of the declared format",
            path,
            f"no line {said}" if isinstance(error, KeyError) else said,
            "a booster as Booster.save_model writes it",
            "save the model anew, or declare its type",
        ) from error


def _held(text: str) -> Text:
    if "\r" in text:
        raise ValueError("a file with carriage returns")
    head, _, body = text.partition("\n\n")
    _, ended, rest = body.partition(_END)
    if not head.startswith("tree\n") or not ended or _PARAMETERS not in rest:
        raise ValueError("a file that does not go from `tree` to `end of parameters`")
    said = dict(_lines(head.removeprefix("tree\n")))
    features = tuple(said["feature_names"].split(" "))
    infos = said["feature_infos"].split(" ")
    if not len(features) == len(infos) == _number(said["max_feature_idx"]) + 1:
        raise ValueError(f"{len(features)} features with {len(infos)} feature_infos")
    _hold_trees(text, said, len(features))
    kinds = dict(zip(features, infos, strict=True))
    return Text(
        f"{text.partition(_END)[0]}{_END}\n",
        features,
        said.get("objective", "").partition(" ")[0],
        _number(said["num_class"]),
        frozenset(name for name, info in kinds.items() if info.startswith("[")),
        frozenset(name for name, info in kinds.items() if re.match(r"-?\d", info)),
        _categorical(rest, features),
        _categories(rest),
    )


def _lines(block: str) -> Iterator[tuple[str, str]]:
    for line in block.rstrip("\n").split("\n"):
        name, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"a line without a name: {line[:40]!r}")
        yield name, value


def _categorical(rest: str, features: Sequence[str]) -> frozenset[str]:
    """The parameter categorical_feature: places of columns, from 0."""
    found = re.search(r"^\[categorical_feature: ([\d,]*)\]$", rest, re.MULTILINE)
    places = [int(place) for place in found[1].split(",") if place] if found else []
    return frozenset(features[place] for place in places)


def _categories(rest: str) -> tuple[tuple[Any, ...], ...] | None:
    """The last line's lists; None where it says null, or where another program wrote the file."""
    last = rest.rstrip("\n").rpartition("\n")[2]
    if not last.startswith(_CATEGORIES):
        return None
    found = json.loads(last.removeprefix(_CATEGORIES))
    if found is not None and not all(isinstance(values, list) for values in found):
        raise ValueError("pandas_categorical is no list of lists")
    return tuple(tuple(values) for values in found) if found else None


def _hold_trees(text: str, said: Mapping[str, str], features: int) -> None:
    """The trees stand where `tree_sizes` says, one behind the other, as many as there are classes."""
    place = text.index("\n\n") + 2
    encoded = text.encode()
    sizes = _numbers(said["tree_sizes"], int, len(said["tree_sizes"].split()), "tree_sizes")
    each = _number(said["num_tree_per_iteration"])
    if each < 1 or len(sizes) % each or each != max(1, _number(said["num_class"])):
        raise ValueError(f"{len(sizes)} trees, {each} an iteration, {said['num_class']} classes")
    place = len(text[:place].encode())
    for number, size in enumerate(sizes):
        block = encoded[place : place + size].decode()
        if size < 1 or not block.startswith(f"Tree={number}\n"):
            raise ValueError(f"no tree {number} at byte {place}")
        try:
            _hold_tree(dict(_lines(block)), features)
        except ValueError as error:
            raise ValueError(f"tree {number}: {error}") from error
        place += size
    if not encoded[place:].startswith(_END.strip().encode()):
        raise ValueError(f"another tree than {len(sizes)} at byte {place}")


def _hold_tree(tree: Mapping[str, str], features: int) -> None:
    missing = [name for name in (*_INNER, *_LEAVES) if name not in tree]
    if missing:
        raise ValueError(f"no line {missing[0]}")
    leaves, linear = _number(tree["num_leaves"]), _number(tree.get("is_linear", "0"))
    _numbers(tree["shrinkage"], float, 1, "shrinkage")
    if leaves < 1 or linear not in {0, 1} or _number(tree["num_cat"]) not in range(leaves):
        raise ValueError(f"num_leaves {leaves}, is_linear {linear}")
    if linear:
        _hold_linear(tree, leaves, features)
    if leaves == 1:
        _numbers(tree["leaf_value"], float, 1, "leaf_value")
        _numbers(tree["leaf_count"], int, 1, "leaf_count")
        return
    for name, kind in _LEAVES.items():
        _numbers(tree[name], kind, leaves, name)
    known = {name: _numbers(tree[name], kind, leaves - 1, name) for name, kind in _INNER.items()}
    _hold_range(known["split_feature"], features, "split_feature")
    _hold_range(known["decision_type"], 16, "decision_type")
    children = np.concatenate([known["left_child"], known["right_child"]])
    hold_links(children[children >= 0], leaves - 1)
    _hold_range(~children[children < 0], leaves, "leaves")  # written as their complement
    _hold_sets(tree, known["threshold"][(known["decision_type"] & _CATEGORICAL).astype(bool)])


def _hold_sets(tree: Mapping[str, str], chosen: NDArray[Any]) -> None:
    """A split by categories names one of the sets of bits, and the sets lie within their list."""
    count = _number(tree["num_cat"])
    if count != len(chosen):
        raise ValueError(f"{len(chosen)} splits by categories, num_cat {count}")
    if not count:
        return
    borders = _numbers(tree["cat_boundaries"], int, count + 1, "cat_boundaries")
    if borders[0] or (np.diff(borders) < 1).any():
        raise ValueError("sets of categories beyond their list")
    bits = _numbers(tree["cat_threshold"], int, int(borders[-1]), "cat_threshold")
    _hold_range(bits, 2**32, "cat_threshold")
    if sorted(chosen) != list(range(count)):
        raise ValueError("a split by categories without its set")


def _hold_linear(tree: Mapping[str, str], leaves: int, features: int) -> None:
    counts = _numbers(tree["num_features"], int, leaves, "num_features")
    _hold_range(counts, features + 1, "num_features")
    total = int(counts.sum())
    _numbers(tree["leaf_const"], float, leaves, "leaf_const")
    _numbers(tree["leaf_coeff"], float, total, "leaf_coeff")
    _hold_range(_numbers(tree["leaf_features"], int, total, "leaf_features"), features, "features")


def _number(word: str) -> int:
    return int(_numbers(word, int, 1, "numbers")[0])


def _numbers(line: str, kind: type, count: int, name: str) -> NDArray[Any]:
    """So many numbers with a blank between them."""
    words = line.split()
    if len(words) != count or not all(map(_NUMBERS[kind].fullmatch, words)):
        raise ValueError(f"the line {name} does not have {count} numbers")
    return np.array([kind(word) for word in words], dtype=np.int64 if kind is int else np.float64)


def _hold_range(values: NDArray[np.int64], above: int, name: str) -> None:
    if len(values) and not (values.min() >= 0 and values.max() < above):
        raise ValueError(f"{name} from {values.min()} to {values.max()}, of {above}")
