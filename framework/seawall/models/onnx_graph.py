"""What an ONNX file says of itself: its labels, its columns, how its rows are computed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seawall.errors import DataError, ForbiddenError, SeawallError
from seawall.models.packages import package

__all__ = ["Graph", "graph_of"]

FEATURES, CLASSES = "seawall.features", "seawall.classes"
"""Keys of the file's metadata: JSON lists of the columns' names, and of the labels."""

_TREES = re.compile("TreeEnsemble(Classifier|Regressor)?")
_BY_ELEMENT = re.compile(
    "Add|And|ArrayFeatureExtractor|Binarizer|Cast|Clip|Concat|Constant|Div|Equal|FeatureVectorizer|"
    "Flatten|Gather|Greater|GreaterOrEqual|Identity|Imputer|IsNaN|LabelEncoder|Less|LessOrEqual|Max|"
    "Min|Mul|Neg|Not|OneHotEncoder|Or|Reshape|Scaler|Slice|Squeeze|Sub|Unsqueeze|Where|ZipMap"
)
"""Operators that do not add up numbers: what they make of a row has no other rows in it."""


@dataclass(frozen=True, slots=True)
class Graph:
    """An ONNX file that is whole, without what would make a dictionary of each row's probabilities.

    `payload` is what ONNX Runtime is given. `versions` is "IR version 10, opset 21, ai.onnx.ml 1".
    """

    payload: bytes
    versions: str
    features: tuple[str, ...] | None
    classes: tuple[Any, ...] | None
    has_trees: bool
    rows_independent: bool


def graph_of(payload: bytes, path: str) -> Graph:
    """The file's graph. DataError when it is no ONNX file, ForbiddenError for weights elsewhere."""
    onnx = package("onnx", "onnx")
    try:
        model = onnx.load_model_from_string(payload)
        return _read(model, payload, path, onnx)
    except SeawallError:
        raise
    except Exception as error:  # a damaged name is bytes, a damaged attribute has another type
        raise _no_model(path, error) from error


def _read(model: Any, payload: bytes, path: str, onnx: Any) -> Graph:
    if not model.graph.node:
        raise _no_model(path, "a file without a graph")
    _refuse_external(model, path)
    operators = {node.op_type for node in _nodes(model)}
    labels = _without_zipmap(model, onnx)
    known = {entry.key: entry.value for entry in model.metadata_props}
    names = _listed(known, FEATURES, path)
    return Graph(
        payload if labels is None else model.SerializeToString(),
        _versions(model),
        None if names is None else tuple(str(name) for name in names),
        _listed(known, CLASSES, path) or labels,
        has_trees=any(map(_TREES.fullmatch, operators)),
        rows_independent=all(
            _TREES.fullmatch(name) or _BY_ELEMENT.fullmatch(name) for name in operators
        ),
    )


def _graphs(model: Any) -> Iterator[Any]:
    """The graph, those within its nodes, and the bodies of the file's own functions."""
    pending = [model.graph, *model.functions]
    while pending:
        graph = pending.pop()
        yield graph
        for attribute in (entry for node in graph.node for entry in node.attribute):
            pending += [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]


def _nodes(model: Any) -> Iterator[Any]:
    return (node for graph in _graphs(model) for node in graph.node)


def _tensors(model: Any) -> Iterator[Any]:
    for graph in _graphs(model):
        yield from getattr(graph, "initializer", ())
        for sparse in getattr(graph, "sparse_initializer", ()):
            yield from (sparse.values, sparse.indices)
    for attribute in (entry for node in _nodes(model) for entry in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)


def _refuse_external(model: Any, path: str) -> None:
    """Weights in other files are covered by no hash, and their paths may lead anywhere."""
    for tensor in _tensors(model):
        if tensor.data_location == tensor.EXTERNAL or tensor.external_data:
            where = {entry.key: entry.value for entry in tensor.external_data}.get("location", "")
            raise ForbiddenError(
                "the ONNX file keeps weights in another file",
                path,
                f"{tensor.name} in {where}",
                "one file that holds everything",
                "save it with onnx.save_model(..., save_as_external_data=False)",
            )


def _without_zipmap(model: Any, onnx: Any) -> tuple[Any, ...] | None:
    """The labels of the ZipMap that ends the graph, which then ends before it; None without one.

    The probabilities are the same; a dictionary for each row costs more than the model.
    """
    graph = model.graph
    outputs = {output.name: output for output in graph.output}
    for node in graph.node:
        if node.op_type != "ZipMap" or node.output[0] not in outputs:
            continue
        said = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
        texts = [label.decode() for label in said.get("classlabels_strings", ())]
        output = onnx.helper.make_tensor_value_info(node.input[0], onnx.TensorProto.FLOAT, None)
        outputs[node.output[0]].CopyFrom(output)
        graph.node.remove(node)
        return tuple(texts or said.get("classlabels_int64s", ()))
    return None


def _listed(known: Mapping[str, str], key: str, path: str) -> tuple[Any, ...] | None:
    if key not in known:
        return None
    try:
        found = json.loads(known[key])
    except ValueError:
        found = None
    if not isinstance(found, list):
        what = f"the metadata {key} of the ONNX file is no list"
        raise DataError(what, path, known[key], "a list in JSON", "write it with json.dumps")
    return tuple(found)


def _versions(model: Any) -> str:
    sets = [f"{entry.domain or 'opset'} {entry.version}" for entry in model.opset_import]
    return ", ".join([f"IR version {model.ir_version}", *sets])


def _no_model(path: str, seen: object) -> DataError:
    return DataError(
        "the file is not a model of the declared format",
        path,
        " ".join(str(seen).split())[:200],
        "an ONNX file",
        "save the model anew, or declare its type",
    )
