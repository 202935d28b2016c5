"""Where rows come from: the keys of each kind of source, whether it is the primary or a lookup."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from seawall.config.plugged import BUILT_IN, PLUG_IN, kind_of
from seawall.config.scalars import (
    Bytes,
    ColumnName,
    Count,
    Duration,
    Given,
    Host,
    Items,
    Network,
    Parameter,
    PathTemplate,
    Plain,
    Section,
    Text,
    Url,
    UsePath,
)
from seawall.contracts import Caps

__all__ = [
    "COMPRESSED",
    "Backoff",
    "CapSection",
    "CsvFormat",
    "FilesSource",
    "HttpSource",
    "Pages",
    "Patience",
    "PluginSource",
    "PythonSource",
    "Retry",
    "SourceSection",
    "SqlSource",
    "by_type",
]

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
"""The ends of names that speak of a compression that can be read."""


class CsvFormat(Section):
    """How a CSV file is written; anything that is not declared is refused, never guessed."""

    delimiter: str = Field(default=",", pattern=r"^[\x01-\x7f]$")
    quote: str = Field(default='"', pattern=r"^[\x01-\x7f]$")
    encoding: Literal["utf-8"] = "utf-8"
    nulls: Annotated[tuple[str, ...], Items] = ("",)

    @model_validator(mode="after")
    def _told_apart(self) -> CsvFormat:
        if self.delimiter == self.quote:
            what = {"what": "delimiter and quote are the same", "allowed": "two characters"}
            raise PydanticCustomError("seawall", "{what}|{allowed}", what)
        return self


class FilesSource(Section):
    """Files: below the project root, or behind a URL of fsspec's (s3://bucket/key).

    `storage` holds the filesystem's own options; a secret among them is a reference.
    """

    type: Literal["parquet", "csv", "jsonl"]
    path: PathTemplate
    csv: CsvFormat = CsvFormat()
    compression: Literal["by name", "none", "gzip", "bz2", "xz", "zstd"] = "by name"
    storage: dict[str, Text] = Field(default={})

    @property
    def remote(self) -> bool:
        """Whether the files have to be fetched before they can be read at will."""
        return "://" in self.path

    @property
    def compressed(self) -> bool:
        """Whether the files have to be unpacked before they can be cut into chunks."""
        if self.compression == "by name":
            return self.path.endswith(COMPRESSED)
        return self.compression != "none"


class SqlSource(Section):
    """A query; :batch and the parameters are bound, never pasted.

    With `page_by`, a column that is unique and never null, rows are asked for in ranges of it rather
    than through a server-side cursor.
    """

    type: Literal["sql"]
    url: Text
    query: str = Field(min_length=1)
    params: dict[str, Plain] = Field(default={})
    page_by: ColumnName | None = None


class Pages(Section):
    """How an HTTP service cuts its answer into pages.

    `link`: the Link header's rel=next, or the URL at `next` in the answer. `cursor`: the value at
    `next` is sent as `parameter`. `page` and `offset`: `parameter` counts pages from `start`, or
    rows from 0, until a page has fewer than `size` rows, which is asked for as `size_parameter`.
    """

    by: Literal["link", "cursor", "page", "offset"]
    parameter: str | None = None
    next: str | None = None
    start: Count = 1
    size: Annotated[int, Field(ge=1)] = 1_000
    size_parameter: str | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Pages:
        needed = {"cursor": ("parameter", "next"), "page": ("parameter",), "offset": ("parameter",)}
        for name in needed.get(self.by, ()):
            if getattr(self, name) is None:
                what = {"what": f"pages by {self.by} without `{name}`", "allowed": f"a {name}"}
                raise PydanticCustomError("seawall", "{what}|{allowed}", what)
        return self


class HttpSource(Section):
    """An HTTP service. {batch} may stand in the url and in the params.

    `records` is the path of the list of rows within a JSON answer. Redirects are refused unless
    their host is listed, addresses that are not public unless their network is (127.0.0.0/8).
    """

    type: Literal["http"]
    url: Url
    format: Literal["json", "jsonl", "csv"] = "json"
    records: str | None = None
    headers: dict[str, Text] = Field(default={})
    params: dict[str, Text] = Field(default={})
    pages: Pages | None = None
    csv: CsvFormat = CsvFormat()
    redirects: Annotated[tuple[Host, ...], Items] = ()
    private_networks: Annotated[tuple[Network, ...], Items] = ()

    @model_validator(mode="after")
    def _only_json_has_paths(self) -> HttpSource:
        within = {"records": self.records, "pages.next": self.pages and self.pages.next}
        for key, path in within.items():
            if path is not None and self.format != "json":
                what = {"what": f"`{key}` is a path within JSON", "allowed": "format: json"}
                raise PydanticCustomError("seawall", "{what}|{allowed}", what)
        return self


class PythonSource(Section):
    """A callable `package.module:name` that returns a frame or yields frames."""

    type: Literal["python"]
    use: UsePath
    with_: dict[str, Parameter] = Field(default={}, alias="with")


def _foreign(name: str) -> str:
    if name in BUILT_IN:
        what = {"what": f"{name!r} is built in", "allowed": "a plug-in's name"}
        raise PydanticCustomError("seawall", "{what}|{allowed}", what)
    return name


PluginName = Annotated[
    str,
    AfterValidator(_foreign),
    WithJsonSchema({"type": "string", "not": {"enum": list(BUILT_IN)}}),
]


class PluginSource(Section):
    """A source of another distribution's: `type` is its entry point's name in seawall.sources."""

    plug_in: ClassVar[str] = PLUG_IN
    type: PluginName
    with_: dict[str, Given | list[Given] | dict[str, Given]] = Field(default={}, alias="with")


SourceSection = FilesSource | SqlSource | HttpSource | PythonSource | PluginSource


def by_type(value: Any) -> str | None:
    """The tag of the section that a value is, told by its `type`; None where it has none."""
    written = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return None if written is None else kind_of(str(written))


class Backoff(Section):
    """The waits between attempts."""

    initial: Duration
    multiplier: float = Field(default=2, ge=1)
    max: Duration
    jitter: Literal["full", "none"] = "full"


class Retry(Section):
    """How often and how patiently a failing read is tried again; the first attempt counts."""

    max_attempts: Annotated[Count, Field(ge=1)] = 4
    backoff: Backoff | None = None


class CapSection(Section):
    """How much may come back once it is decoded."""

    rows: Count | None = None
    decoded_bytes: Bytes | None = None
    record_bytes: Bytes | None = None

    def caps(self, usual: Caps) -> Caps:
        """The caps, with the usual ones where the file does not say."""
        return Caps(
            usual.rows if self.rows is None else self.rows,
            usual.decoded_bytes if self.decoded_bytes is None else self.decoded_bytes,
            usual.record_bytes if self.record_bytes is None else self.record_bytes,
        )


class Patience(Section):
    """How long a read may take, how often it is tried, and how much it may hand over."""

    attempt_timeout: Duration | None = None
    deadline: Duration | None = None
    retry: Retry | None = None
    caps: CapSection = CapSection()

    @model_validator(mode="after")
    def _times_agree(self) -> Patience:
        if self.attempt_timeout and self.deadline and self.attempt_timeout > self.deadline:
            allowed = "an attempt_timeout no longer than the deadline"
            raise PydanticCustomError(
                "seawall",
                "{what}|{allowed}",
                {"what": "attempt_timeout is longer than deadline", "allowed": allowed},
            )
        return self
