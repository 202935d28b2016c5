"""The scalar values of a pipeline file, as people write them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import PydanticCustomError, PydanticSerializationUnexpectedValue

__all__ = [
    "Bytes",
    "ColumnName",
    "Count",
    "Duration",
    "EnvRef",
    "Given",
    "Items",
    "Name",
    "Parameter",
    "PathTemplate",
    "Plain",
    "Section",
    "Share",
    "Text",
    "UsePath",
]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_WHOLE = 100.0
_BYTES = re.compile(r"(\d+(?:\.\d+)?)\s?(kB|MB|GB|TB)")
_SIZES = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_COUNT = re.compile(r"[0-9]{1,3}(?:_[0-9]{3}){0,5}|[0-9]{1,18}")
_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-fA-F:.]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class Section(BaseModel):
    """A mapping of a pipeline file: frozen, its keys known, its types held to the letter."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        populate_by_name=False,
        hide_input_in_errors=True,
        allow_inf_nan=False,  # a bound that is not a number would never be broken
    )


class EnvRef(Section):
    """A value that stands in the environment; it is read late and never stored, logged or shown."""

    env: str

    @model_serializer
    def _written(self) -> str:
        if not isinstance(self, EnvRef):  # pydantic tries it on the other kinds of a union, too
            raise PydanticSerializationUnexpectedValue("not a reference")
        return str(self)

    def __str__(self) -> str:
        """The reference, never the value."""
        return f"${{env:{self.env}}}"


def _refuse(what: str, allowed: str) -> PydanticCustomError:
    return PydanticCustomError("seawall", "{what}|{allowed}", {"what": what, "allowed": allowed})


def _duration(value: object) -> timedelta:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refuse("not a duration", "a number and a unit: 500ms, 20s, 2m, 36h, 7d")
    try:
        return timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError:
        raise _refuse("too long a duration", "at most 999999999d") from None


def _share(value: object) -> float:
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match is None or float(match[1]) > _WHOLE:
        raise _refuse("not a share", "a percentage from 0% to 100%: 5%, 0.5%")
    return float(match[1]) / _WHOLE


def _bytes(value: object) -> object:
    match = _BYTES.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refuse("not a size", "a number and a unit: 500kB, 16MB, 4GB")
    return int(float(match[1]) * _SIZES[match[2]])


def _count(value: object) -> object:
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value.replace("_", ""))
    return value


def _text(value: object) -> object:
    if not isinstance(value, str | EnvRef):
        raise _refuse("not text", "text, or ${env:NAME} as the whole value")
    if isinstance(value, str) and "${" in value:
        match = _ENV.fullmatch(value)
        if match is None:
            raise _refuse("not a reference", "${env:NAME} as the whole value")
        return EnvRef(env=match[1])
    return value


def _template(value: object) -> object:
    if isinstance(value, str):
        unknown = [name for name in _PLACEHOLDER.findall(value) if name != "batch"]
        if unknown:
            raise _refuse(f"unknown placeholder {{{unknown[0]}}}", "{batch}")
    return value


def _path(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise _refuse("an empty path", "a path below the project root, or an absolute one")
    return str(PurePosixPath(value)) if isinstance(value, str) and "://" not in value else value


def _url(value: object) -> object:
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        raise _refuse("not the URL of a web service", "http://… or https://…, or ${env:NAME}")
    return _template(value)


def _network(value: object) -> object:
    import ipaddress

    try:
        ipaddress.ip_network(str(value))
    except ValueError:
        raise _refuse(
            "not a network", "addresses as 10.1.0.0/16, 127.0.0.0/8 or fd00::/8"
        ) from None
    return value


def _host(value: object) -> object:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise _refuse("not a host", "a name as in a URL, without scheme, port and path")
    return value


def _schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Duration = Annotated[
    timedelta, BeforeValidator(_duration), _schema(r"^\d+(\.\d+)?(ms|s|m|h|d)$", "20s", "36h")
]
Share = Annotated[float, BeforeValidator(_share), _schema(r"^\d+(\.\d+)?\s?%$", "5%")]
Bytes = Annotated[
    int, BeforeValidator(_bytes), _schema(r"^\d+(\.\d+)?\s?(kB|MB|GB|TB)$", "16MB", "4GB")
]
Count = Annotated[
    int,
    BeforeValidator(_count),
    Field(ge=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": r"^\d+(_\d+)*$"},
            ]
        }
    ),
]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
ColumnName = Annotated[str, Field(min_length=1)]
UsePath = Annotated[str, Field(min_length=1)]
PathTemplate = Annotated[str, BeforeValidator(_path), BeforeValidator(_template)]
Text = Annotated[
    str | EnvRef,
    BeforeValidator(_text),
    WithJsonSchema({"type": "string", "description": "text, or ${env:NAME} as the whole value"}),
]
Given = Annotated[
    str | EnvRef | int | float | bool | None,
    BeforeValidator(lambda value: _text(value) if isinstance(value, str) else value),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]

Plain = str | int | float | bool | None
Parameter = Plain | list[Plain] | dict[str, Plain]
"""What the file may hand to the user's code, below `with:`."""

Url = Annotated[Text, AfterValidator(_url)]
Network = Annotated[str, BeforeValidator(_network)]
Host = Annotated[str, BeforeValidator(_host)]


def _items(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Items = BeforeValidator(_items)
"""Marks a tuple field that is written as a list: `Annotated[tuple[T, ...], Items]`."""
