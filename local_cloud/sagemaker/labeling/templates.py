"""Worker pages: Liquid templates with the filters that Ground Truth adds, every value escaped unless told otherwise.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2-automate.html
"""

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import liquid
from botocore.config import Config
from liquid.exceptions import LiquidError
from markupsafe import Markup

from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.aws_clients import client
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.s3 import split

PAGES = Path(__file__).parent / "pages"
_READABLE_SECONDS = 3600
SIGNED = Config(signature_version="s3v4", s3={"addressing_style": "path"})


class TemplateError(Exception):
    """A template is not Liquid, or cannot be rendered with its input."""


class Renderer:
    """A template that is parsed once; `signer` gives the S3 client with whose rights its objects are read."""

    def __init__(self, template: str, signer: Callable[[], Any]) -> None:
        self._signer = signer
        environment = liquid.Environment(autoescape=True)
        environment.add_filter("to_json", json.dumps)
        environment.add_filter("skip_autoescape", Markup)
        environment.add_filter("grant_read_access", self._readable)
        environment.add_filter("s3_presign", self._readable)
        try:
            self._template = environment.from_string(template)
        except LiquidError as error:
            raise _unfit(error) from error

    def render(self, task_input: dict[str, Any]) -> str:
        """Return the worker page of a task; TemplateError if there is none."""
        try:
            return self._template.render(task={"input": task_input})
        except LiquidError as error:
            raise _unfit(error) from error

    def _readable(self, uri: Any) -> str:
        try:
            bucket, key = split(str(uri))
        except JobFailureError:
            return str(uri)  # an address of another kind needs no access
        address: str = self._signer().generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=_READABLE_SECONDS
        )
        return address


def _unfit(error: LiquidError) -> TemplateError:
    return TemplateError(f"{type(error).__name__}: {error}")


@cache
def named_entities() -> str:
    """Return the page of the task type that has one of its own on AWS."""
    return (PAGES / "named_entity_recognition.liquid.html").read_text(encoding="utf-8")


@operation("RenderUiTemplate")
def _render(request: Request, call: Call) -> Response:
    if "HumanTaskUiArn" in request:
        raise not_implemented("HumanTaskUiArn in RenderUiTemplate; give UiTemplate")
    if "UiTemplate" not in request:
        raise validation_error("UiTemplate is required.")
    try:
        task_input = json.loads(request["Task"]["Input"])
    except ValueError as error:
        raise validation_error(f"Task.Input is not JSON: {error}") from error
    credentials = call.platform.assume_role(request["RoleArn"], "SageMaker")
    try:
        renderer = Renderer(request["UiTemplate"]["Content"], partial(client, call, "s3", credentials, SIGNED))
        page = renderer.render(task_input)
    except TemplateError as error:
        return {"RenderedContent": "", "Errors": [{"Code": "InvalidTemplate", "Message": str(error)}]}
    return {"RenderedContent": page, "Errors": []}
