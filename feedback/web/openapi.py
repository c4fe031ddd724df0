"""OpenAPI 3.1 of /api/v1, made from the route table and the very models that validate."""

import re
from functools import cache
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feedback.rules import attachment
from feedback.rules.attachment import Purpose
from feedback.web import doors, forms, steps
from feedback.web.doors import door

_ERROR = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string"},
        "message": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def describe(routes: list[BaseRoute]) -> dict[str, Any]:
    """The document for these routes; those outside /api/v1 are left out."""
    api = [route for route in routes if isinstance(route, Route) and route.path.startswith("/api/v1/")]
    models = {route.takes for route in api if getattr(route, "takes", None)}  # type: ignore[attr-defined]
    models |= {taking.form for taking in steps.STEPS.values()}
    ordered = sorted(models, key=lambda model: model.__name__)
    references, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for route in api:
        path = _PARAMETER.sub(r"{\1}", route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(path, {})[method.lower()] = _operation(route, method, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Minsheng 民声", "version": "1", "description": "市民诉求与联名建议平台的数据接口。"},
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Error": _ERROR},
            "securitySchemes": {"staff": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Any, method: str, references: Any) -> dict[str, Any]:
    created = route.name in CREATED and method == "POST"
    made = "201" if created else "204" if route.name in EMPTY else "202" if route.name in ACCEPTED else "200"
    operation: dict[str, Any] = {
        "operationId": f"{route.name}_{method.lower()}",
        "summary": (route.endpoint.__doc__ or "").strip().split("\n")[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 40}}
            for name in _PARAMETER.findall(route.path)
        ]
        + _query(route.asks),
        "responses": {
            made: _done(route, made),
            "default": {
                "description": "an error with a Chinese sentence",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    if route.takes:
        operation["requestBody"] = _body(route, references)
    if route.enter.roles is not None:
        operation["security"] = [{"staff": []}]
    return operation


def _query(asks: type[BaseModel] | None) -> list[dict[str, Any]]:
    """The query parameters of a model: everything is optional text on the wire."""
    fields = asks.model_fields if asks else {}
    return [
        {
            "name": field.alias or name,
            "in": "query",
            "required": field.is_required(),
            "schema": {"type": "string"},
            **({"description": field.description} if field.description else {}),
        }
        for name, field in fields.items()
    ]


CREATED = (
    "api_submit", "api_propose", "api_people_open", "api_reorganise", "api_import_upload", "api_own_second_factor", "api_attach",
)  # fmt: skip
EMPTY = ("api_attachment_remove",)
ACCEPTED = ("api_phone_code", "api_sign", "api_import_begin")


def _done(route: Any, made: str) -> dict[str, Any]:
    """What comes back: JSON, a file as it is, or nothing."""
    if made == "204":
        return {"description": "done"}
    if route.name == "api_attachment":
        return {"description": "the file", "content": {media: {} for media in sorted(set(attachment.MEDIA.values()))}}
    return {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}


def _files() -> dict[str, Any]:
    """Of photos and files: the words of the form, and up to nine files."""
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    words = forms.Attach.model_json_schema()["properties"]
    purposes = {"type": "string", "enum": [str(one) for one in Purpose], "default": "internal"}
    properties = {
        "files": {"type": "array", "items": binary, "minItems": 1, "maxItems": attachment.AT_ONCE},
        "text": words["text"],
        "purpose": purposes,
    }
    schema = {"type": "object", "required": ["files"], "properties": properties, "additionalProperties": False}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _body(route: Any, references: Any) -> dict[str, Any]:
    """Of a staff step: one of all step forms; of files: a multipart form; of anything else: its model."""
    if route.takes is forms.Attach:
        return _files()
    if route.takes is forms.StepForm:
        models = {taking.form for taking in steps.STEPS.values()}
        schema = {"anyOf": [references[model, "validation"] for model in sorted(models, key=lambda m: m.__name__)]}
    else:
        schema = references[route.takes, "validation"]
    return {"required": True, "content": {"application/json": {"schema": schema}}}


async def document(request: Request) -> Response:
    """This document."""
    return Response(_document(request.app), media_type="application/json")


@cache
def _document(app: Starlette) -> bytes:
    return orjson.dumps(describe(app.routes))


ROUTES = [door("/api/v1/openapi.json", document, enter=doors.ANYBODY, name="api_openapi")]
