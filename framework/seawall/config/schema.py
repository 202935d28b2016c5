"""The JSON Schema of pipeline files, for editors."""

from __future__ import annotations

from typing import Any

from seawall.config.models import PipelineConfig

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """What `load` accepts, key by key, in JSON Schema's draft 2020-12."""
    schema = PipelineConfig.model_json_schema(by_alias=True)
    extends = {"type": "string", "description": "another pipeline file that this one is laid over"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    # a file that extends another need not say what the other one says
    required = schema.pop("required")
    schema["anyOf"] = [{"required": required}, {"required": ["extends"]}]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Seawall pipeline"}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}
