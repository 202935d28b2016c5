"""A pipeline file as values: everything in it, nothing resolved."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from seawall.config.contract import Validate
from seawall.config.drift import Drift
from seawall.config.drilling import Drill
from seawall.config.execution import Execution
from seawall.config.ingest import Ingest
from seawall.config.judging import Limits, Stage, contradiction
from seawall.config.outputs import CheckOutput
from seawall.config.predicting import Predict
from seawall.config.scalars import (
    ColumnName,
    Count,
    Duration,
    Items,
    Name,
    PathTemplate,
    Section,
    Text,
)

__all__ = ["Alert", "Execution", "FilesPublish", "PipelineConfig", "Publish"]


def _local(path: str) -> str:
    """The path, unless it is a store's: those have no rename that replaces, and no link that is refused."""
    if "://" in path:
        raise contradiction(
            f"{path.partition('://')[0]}:// is no local disk",
            "a folder on a local disk; for object stores and shared storage there is the `delta` sink",
        )
    return path


class FilesPublish(Section):
    """One file a batch, replaced by one rename.

    With `escape_formulas` text of a CSV file that a spreadsheet would calculate (it begins with
    = + - @, a tab or a new line, also behind blanks) begins with an apostrophe, names of columns too.
    Numbers stay. A program that reads the file has to take the apostrophe off again.
    """

    type: Literal["files"]
    format: Literal["parquet", "csv", "jsonl"] = "parquet"
    path: Annotated[PathTemplate, AfterValidator(_local)]
    columns: Annotated[tuple[ColumnName, ...], Items] | None = None
    keep_versions: Count = Field(default=7, ge=1)
    escape_formulas: bool = False

    @model_validator(mode="after")
    def _formulas_need_csv(self) -> Self:
        if self.escape_formulas and self.format != "csv":
            raise contradiction(f"escape_formulas with format {self.format}", "format: csv")
        return self


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
    featurize: Annotated[tuple[Stage, ...], Items] = ()
    predict: Predict
    check_output: CheckOutput = CheckOutput()
    drift: Drift | None = None
    publish: Publish
    limits: Limits = Limits()
    alerts: Annotated[tuple[Alert, ...], Items] = ()
    execution: Execution = Execution()
    profile: Profiling = Profiling()
    plugins: Plugins = Plugins()
    drill: Drill = Drill()
