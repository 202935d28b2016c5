"""`predict`: the model, how it is called, and the columns that its results become."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from seawall.config.judging import contradiction
from seawall.config.plugged import BUILT_IN_MODELS, MODEL_PLUG_IN, model_kind_of
from seawall.config.scalars import (
    ColumnName,
    Items,
    Parameter,
    PathTemplate,
    Section,
    Share,
    UsePath,
)

__all__ = [
    "FileModel",
    "LightgbmModel",
    "MlflowModel",
    "Model",
    "OnnxModel",
    "PluginModel",
    "Predict",
    "PythonModel",
    "SklearnModel",
    "TargetLabel",
    "XgboostModel",
]

Label = int | str | bool | None
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_GOLDEN_TOLERANCE = 1e-9


def _once(names: tuple[Label, ...] | None) -> tuple[Label, ...] | None:
    """The names, each of which stands once; true and 1 are two."""
    told = [(type(name), name) for name in names or ()]
    twice = next((name for place, name in enumerate(told) if name in told[:place]), None)
    if twice is not None:
        raise contradiction(f"{twice[1]!r} stands twice", "each name once")
    return names


Classes = Annotated[tuple[Label, ...] | None, Items, Field(min_length=1), AfterValidator(_once)]


class FileModel(Section):
    """What every model has that stands in a file: `sha256` is optional, and always recorded."""

    path: PathTemplate
    sha256: Sha256 | None = None


class SklearnModel(FileModel):
    """A scikit-learn model, saved with skops or joblib.

    Types beyond skops' own trusted list are named here; joblib runs code when it is read and
    therefore needs its sha256.
    """

    type: Literal["sklearn"]
    format: Literal["skops", "joblib"] = "skops"
    trusted: Annotated[tuple[str, ...], Items] = ()
    allow_version_skew: bool = False

    @model_validator(mode="after")
    def _joblib_is_pinned(self) -> Self:
        if self.format == "joblib" and self.sha256 is None:
            raise contradiction(
                "a joblib model without sha256", "sha256 beside it, or format: skops"
            )
        if self.format == "joblib" and self.trusted:
            raise contradiction(
                "trusted types of a joblib model, which skops alone asks for", "format: skops"
            )
        return self


class OnnxModel(FileModel):
    """An ONNX file, run by ONNX Runtime on the CPU.

    `float32: true` allows 64-bit numbers to be narrowed to an input of 32 bits, which moves values;
    without it such an input is refused. `output` is the name of the output that is meant, `classes`
    are the labels of its probabilities: both where the file leaves it open.
    """

    type: Literal["onnx"]
    float32: bool = False
    output: str | None = None
    classes: Classes = None


class LightgbmModel(FileModel):
    """A booster in LightGBM's own text format.

    `classes` are the labels behind the numbers 0, 1, … that a classifier was trained on.
    """

    type: Literal["lightgbm"]
    classes: Classes = None


class XgboostModel(FileModel):
    """A booster in XGBoost's own JSON or UBJSON format.

    XGBoost computes with 32 bits: `float32: true` allows 64-bit numbers to be narrowed to them.
    `classes` are the labels behind the numbers 0, 1, … that a classifier was trained on.
    """

    type: Literal["xgboost"]
    float32: bool = False
    classes: Classes = None
    allow_version_skew: bool = False


class MlflowModel(Section):
    """A pyfunc model of MLflow: a folder, or a `models:/` URI.

    It holds whatever its flavour holds, pickles too: `sha256` is of the whole folder and is needed
    where the flavour runs code when it is read.
    """

    type: Literal["mlflow"]
    path: PathTemplate
    sha256: Sha256 | None = None
    allow_version_skew: bool = False


class PythonModel(Section):
    """A callable `package.module:factory` that returns an object with the method."""

    type: Literal["python"]
    use: UsePath
    with_: dict[str, Parameter] = Field(default={}, alias="with")


def _foreign(name: str) -> str:
    if name in BUILT_IN_MODELS:
        raise contradiction(f"{name!r} is built in", "a plug-in's name")
    return name


class PluginModel(Section):
    """A model of another distribution's: `type` is its entry point's name in seawall.models.

    The file at `path`, if there is one, is hashed, and its bytes are handed to the plug-in.
    """

    plug_in: ClassVar[str] = MODEL_PLUG_IN
    type: Annotated[
        str,
        AfterValidator(_foreign),
        WithJsonSchema({"type": "string", "not": {"enum": list(BUILT_IN_MODELS)}}),
    ]
    path: PathTemplate | None = None
    sha256: Sha256 | None = None
    with_: dict[str, Parameter] = Field(default={}, alias="with")

    @model_validator(mode="after")
    def _a_file_is_pinned(self) -> Self:
        if self.path is None and self.sha256 is not None:
            raise contradiction("a sha256 without a path", "path beside it")
        return self


def _by_type(value: Any) -> str | None:
    """The tag of the section that a value is, told by its `type`; None where it has none."""
    written = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return None if written is None else model_kind_of(str(written))


Model = Annotated[
    Annotated[SklearnModel, Tag("sklearn")]
    | Annotated[OnnxModel, Tag("onnx")]
    | Annotated[LightgbmModel, Tag("lightgbm")]
    | Annotated[XgboostModel, Tag("xgboost")]
    | Annotated[MlflowModel, Tag("mlflow")]
    | Annotated[PythonModel, Tag("python")]
    | Annotated[PluginModel, Tag(MODEL_PLUG_IN)],
    Discriminator(_by_type),
]


class TargetLabel(Section):
    """A class of one of several targets: `target` counts them from 0."""

    target: int = Field(ge=0)
    label: Label


Class = Label | TargetLabel
"""What an output is the probability of."""


class Predict(Section):
    """The model, the method that is called, and the columns that its result becomes.

    The `fallback` is asked where the model is missing or cannot be loaded, and every row says so in
    `_degraded`. `features` names the columns that the model takes, in its order, where it does not
    name them itself. `golden` is a small file of inputs and the outputs expected of them, held to
    before the first chunk. `outputs` are `{column: class label}` for probabilities, which are chosen by
    label and never by position; else a list, in the order of the model's own columns. In at most
    `max_unseen_share` of the rows a category may be one that the model was not fitted on, column by column.
    """

    model: Model
    fallback: Model | None = None
    method: Literal["predict", "predict_proba", "decision_function", "transform"] = "predict"
    features: Annotated[
        tuple[ColumnName, ...] | None, Items, Field(min_length=1), AfterValidator(_once)
    ] = None
    outputs: dict[ColumnName, Class] | Annotated[tuple[ColumnName, ...], Items] = Field(
        min_length=1
    )
    golden: PathTemplate | None = None
    golden_tolerance: float = Field(default=_GOLDEN_TOLERANCE, ge=0)
    rows_independent: bool | None = None
    max_unseen_share: Share | None = None

    @property
    def output_columns(self) -> tuple[str, ...]:
        """The columns that predictions become, in order."""
        return tuple(self.outputs)

    @model_validator(mode="after")
    def _a_tolerance_has_its_file(self) -> Self:
        if self.golden is None and self.golden_tolerance != _GOLDEN_TOLERANCE:
            raise contradiction("golden_tolerance without golden", "golden beside it")
        return self

    @model_validator(mode="after")
    def _labels_for_classes(self) -> Self:
        labelled = isinstance(self.outputs, dict)
        named = SklearnModel | OnnxModel | LightgbmModel | XgboostModel
        if self.method == "predict_proba" and not labelled and isinstance(self.model, named):
            raise contradiction(
                "outputs of predict_proba without class labels", "{column: class label}"
            )
        if labelled and self.method in {"predict", "transform"}:
            raise contradiction(
                f"class labels for outputs of {self.method}, which has no classes",
                "a list of columns",
            )
        return self
