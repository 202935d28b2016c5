"""ONNX models, run by ONNX Runtime on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from seawall.config.predicting import OnnxModel, Predict
from seawall.errors import DataError
from seawall.models.loaded import Loaded
from seawall.models.onnx_graph import Graph, graph_of
from seawall.models.onnx_inputs import Inputs, inputs_of
from seawall.models.packages import package

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_bytes"]


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The graph's output for the declared method.

    Trees get one thread: with several, ONNX Runtime adds up some of them apart, and the last bit
    moves with the number of rows. DataError for a graph that is damaged, that the installed runtime
    is too old for, or that has no input or output as they are needed.
    """
    model = declared.model
    if not isinstance(model, OnnxModel):
        raise TypeError(model.type)
    graph = graph_of(payload, pinned.path)
    session = _session(graph, 1 if graph.has_trees else threads, pinned.path)
    inputs = inputs_of(session.get_inputs(), graph.features, declared, pinned.path)
    output = _output(session.get_outputs(), declared, model.output, pinned.path)
    return Loaded(
        _call(session, inputs, output.name),
        features=inputs.names,
        width=inputs.width,
        classes=_classes(graph, declared, model.classes, pinned.path),
        input_types=inputs.kinds,
        takes=inputs.takes(inputs.names or declared.features or ()),
        rows_independent=graph.rows_independent,
        columns=_breadth(output),
    )


def _session(graph: Graph, threads: int, path: str) -> Any:
    runtime = package("onnxruntime", "onnx")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what it has to say, it raises
    try:
        return runtime.InferenceSession(
            graph.payload, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:
        raise DataError(
            "the installed ONNX Runtime cannot run the file",
            path,
            f"{graph.versions}: {_words(error)}",
            f"what onnxruntime {runtime.__version__} runs",
            "install a newer onnxruntime, or export the model with an older target_opset",
        ) from error


def _call(session: Any, inputs: Inputs, output: str) -> Callable[[Any], Any]:
    def call(frame: Any) -> Any:
        (result,) = session.run([output], inputs.tensors(frame))
        return result

    return call


def _output(outputs: Sequence[Any], declared: Predict, wanted: str | None, path: str) -> Any:
    """The output that the file names; else a classifier's label or probabilities, or the only one."""
    names = [output.name for output in outputs]
    if wanted is not None:
        found = [output for output in outputs if output.name == wanted]
    elif declared.method == "decision_function":
        found = []  # whether numbers are scores or probabilities cannot be seen
    elif len(outputs) == 2 and declared.method in {"predict", "predict_proba"}:  # noqa: PLR2004 - label, probabilities
        found = [outputs[int(declared.method == "predict_proba")]]
    else:
        found = list(outputs)
    if len(found) == 1 and found[0].type.startswith("tensor("):
        return found[0]
    raise DataError(
        f"the ONNX file does not say which output is {declared.method}",
        path,
        ", ".join(f"{output.name}: {output.type}" for output in outputs),
        "the name of an output that is a tensor",
        f"name it under predict.model.output: {' or '.join(names)}",
    )


def _breadth(output: Any) -> int | None:
    """How many columns the output has; None where the file leaves it open."""
    if len(output.shape) == 1:
        return 1
    columns = output.shape[1] if output.shape else None  # without a ZipMap nothing says a shape
    return columns if isinstance(columns, int) else None


def _classes(
    graph: Graph, declared: Predict, stated: tuple[Any, ...] | None, path: str
) -> tuple[Any, ...] | None:
    """The labels of the file, which are the declared ones where both say."""
    if graph.classes is not None and stated not in (None, graph.classes):
        raise DataError(
            "predict.model.classes are not the model's",
            path,
            str(list(stated or ())),
            str(list(graph.classes)),
            "leave predict.model.classes out",
        )
    found = graph.classes or stated
    if found is None and declared.method == "predict_proba":
        raise DataError(
            "the ONNX file does not say which labels its probabilities belong to",
            path,
            "no ZipMap, no seawall.classes in its metadata",
            "the labels in the order of the probabilities",
            "list them under predict.model.classes",
        )
    return found


def _words(error: Exception) -> str:
    """What ONNX Runtime says, without the place in its own source."""
    text = " ".join(str(error).split())
    return text.rpartition(") ")[2][:200] if "onnxruntime_src" in text else text[:200]
