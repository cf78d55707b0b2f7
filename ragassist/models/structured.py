"""Replies that are JSON of a given shape: how a server is told it, and how one is read."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

AGAIN = "json_again"
"""The prompt by which a model is told what is wrong with its JSON."""

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n\s*```\s*", re.DOTALL | re.IGNORECASE)


class Unfit(Exception):
    """A reply has not the shape that was asked for; the message says where."""


def as_response_format(shape: type["BaseModel"]) -> dict[str, Any]:
    """The value of `response_format` that has OpenAI's protocol write nothing else."""
    from langchain_core.utils.function_calling import convert_to_openai_function

    function = convert_to_openai_function(shape, strict=True)
    schema = {"name": function["name"], "schema": function["parameters"], "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def read_reply(reply: str, shape: type["BaseModel"]) -> dict[str, Any]:
    """The fields of a reply: one JSON object and nothing beside it, but a fence around it.

    Raises:
        Unfit: it is not that.
    """
    from pydantic import ValidationError

    fenced = _FENCED.fullmatch(reply)
    problem: dict[str, Any]
    try:
        return shape.model_validate_json(fenced.group(1) if fenced else reply).model_dump()
    except ValidationError as error:
        problem = dict(error.errors(include_input=False, include_url=False)[0])
    place = ".".join(str(part) for part in problem["loc"])
    raise Unfit(f"{place}: {problem['msg']}" if place else str(problem["msg"]))
