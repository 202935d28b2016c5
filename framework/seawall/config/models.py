"""A pipeline file as values: everything in it, nothing resolved."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from seawall.config.ingest import Ingest
from seawall.config.judging import (
    CheckOutput,
    Drift,
    Limits,
    Step,
    Validate,
    contradiction,
)
from seawall.config.scalars import (
    ColumnName,
    Count,
    Duration,
    Items,
    Name,
    PathTemplate,
    Section,
    Text,
    UsePath,
)

__all__ = ["Alert", "Execution", "PipelineConfig", "Predict", "Publish", "SklearnModel"]

Label = int | str | bool | None
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SklearnModel(Section):
    """A scikit-learn model, saved with skops or joblib.

    Types beyond skops' own trusted list are named here; joblib runs code when it is read and
    therefore needs its sha256.
    """

    type: Literal["sklearn"]
    path: PathTemplate
    format: Literal["skops", "joblib"] = "skops"
    sha256: Sha256 | None = None
    trusted: Annotated[tuple[str, ...], Items] = ()
    allow_version_skew: bool = False

    @model_validator(mode="after")
    def _joblib_is_pinned(self) -> Self:
        if self.format == "joblib" and self.sha256 is None:
            raise contradiction(
                "a joblib model without sha256", "sha256 beside it, or format: skops"
            )
        return self


class FileModel(Section):
    """A model in a format of its own library."""

    type: Literal["onnx", "lightgbm", "xgboost", "mlflow"]
    path: PathTemplate
    sha256: Sha256 | None = None


class PythonModel(Section):
    """A callable `package.module:factory` that returns an object with the method."""

    type: Literal["python"]
    use: UsePath
    with_: dict[str, str | int | float | bool | None] = Field(default={}, alias="with")


Model = Annotated[SklearnModel | FileModel | PythonModel, Field(discriminator="type")]


class Predict(Section):
    """The model, the method that is called, and the columns that its result becomes."""

    model: Model
    method: Literal["predict", "predict_proba", "decision_function", "transform"] = "predict"
    outputs: dict[ColumnName, Label] | Annotated[tuple[ColumnName, ...], Items] = Field(
        min_length=1
    )
    golden: PathTemplate | None = None
    rows_independent: bool | None = None

    @property
    def output_columns(self) -> tuple[str, ...]:
        """The columns that predictions become, in order."""
        return tuple(self.outputs)

    @model_validator(mode="after")
    def _labels_for_probabilities(self) -> Self:
        if self.method == "predict_proba" and not isinstance(self.outputs, dict):
            raise contradiction(
                "outputs of predict_proba without class labels", "{column: class label}"
            )
        return self


class FilesPublish(Section):
    """One file a batch, replaced by one rename."""

    type: Literal["files"]
    format: Literal["parquet", "csv", "jsonl"] = "parquet"
    path: PathTemplate
    columns: Annotated[tuple[ColumnName, ...], Items] | None = None
    keep_versions: Count = Field(default=7, ge=1)


class DeltaPublish(Section):
    """A Delta Lake table."""

    type: Literal["delta"]
    url: Text
    columns: Annotated[tuple[ColumnName, ...], Items] | None = None


class SqlPublish(Section):
    """A database table."""

    type: Literal["sql"]
    url: Text
    table: str
    columns: Annotated[tuple[ColumnName, ...], Items] | None = None


Publish = Annotated[FilesPublish | DeltaPublish | SqlPublish, Field(discriminator="type")]
Occasion = Literal["held", "failed", "degraded", "published"]


class Alert(Section):
    """Who is told when a run ends: a webhook (JSON POST) or a command (JSON on standard input)."""

    url: Text | None = None
    command: Annotated[tuple[str, ...], Items] | None = None
    on: Annotated[tuple[Occasion, ...], Items] = ("held", "failed", "degraded")
    timeout: Duration | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.url is None) == (self.command is None):
            raise contradiction("an alert needs exactly one address", "url or command")
        return self


class Execution(Section):
    """How a run uses the machine; none of it changes a value."""

    executor: Literal["threads", "processes"] = "threads"
    workers: Annotated[int, Field(ge=1)] | None = None
    inner_threads: Annotated[int, Field(ge=1)] | None = None


class Plugins(Section):
    """Modules outside the project that `use` may name."""

    allow: Annotated[tuple[str, ...], Items] = ()


class Profiling(Section):
    """Which columns are described in each run: by default the model's inputs and outputs."""

    columns: Annotated[tuple[ColumnName, ...], Items] | Literal["model", "none"] = "model"


class PipelineConfig(Section):
    """A pipeline: what one YAML file defines."""

    pipeline: Name
    description: str = ""
    as_of: Annotated[
        str | None, Field(description="what ages are measured from; now if absent")
    ] = None
    timezone: str | None = None
    ingest: Ingest
    validate_: Validate = Field(default=Validate(), alias="validate")
    featurize: Annotated[tuple[Step, ...], Items] = ()
    predict: Predict
    check_output: CheckOutput = CheckOutput()
    drift: Drift | None = None
    publish: Publish
    limits: Limits = Limits()
    alerts: Annotated[tuple[Alert, ...], Items] = ()
    execution: Execution = Execution()
    profile: Profiling = Profiling()
    plugins: Plugins = Plugins()
