"""Script mode: the user's functions answer requests.

`model_fn(model_dir)` loads. Then either `transform_fn(model, body, content_type, accept)` answers, or `input_fn(body,
content_type)`, `predict_fn(data, model)` and `output_fn(prediction, accept)`, each with the image's default. A function
that answers returns `(body, content type)`, or a WSGI application such as Flask's Response; a bare body gets Flask's
default type, as in the image. A type that a default cannot read is 415, one that it cannot write 406, and any other
exception 500.
"""

import importlib
import io
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from local_cloud.sagemaker.endpoints.model_server.reply import Handler, Inquiry, Reply, UnsupportedFormatError

_IMAGE_MODEL_DIR = "/opt/ml/model"
_TEXT_TYPES = frozenset({"application/json", "text/csv"})
_JSON = "application/json"
_FLASKS_TYPE = "text/html; charset=utf-8"


def handler(model_dir: Path, program: str) -> Handler:
    """Import the program, load the model and return what answers requests.

    Raises:
        RuntimeError: the program is missing or its functions do not fit together.
    """
    module = _import(model_dir, program)
    model_fn = getattr(module, "model_fn", None)
    if model_fn is None:
        raise RuntimeError(f"{program} has no model_fn(model_dir); the image has no default for it.")
    parts = [name for name in ("input_fn", "predict_fn", "output_fn") if hasattr(module, name)]
    if hasattr(module, "transform_fn") and parts:
        raise RuntimeError(
            f"{program} has transform_fn and {', '.join(parts)}; allowed is transform_fn alone, or the others."
        )
    model = model_fn(str(model_dir))

    def handle(inquiry: Inquiry) -> Reply:
        return _handle(module, model, inquiry)

    return handle


def _handle(module: ModuleType, model: Any, inquiry: Inquiry) -> Reply:
    content_type = inquiry.headers.get("content-type", _JSON)
    accept = inquiry.headers.get("accept", "*/*")
    if accept == "*/*":
        accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", _JSON)
    body = inquiry.body.decode(errors="replace") if content_type in _TEXT_TYPES else inquiry.body
    if hasattr(module, "transform_fn"):
        return _reply(module.transform_fn(model, body, content_type, accept))
    try:
        data = getattr(module, "input_fn", _input)(body, content_type)
    except UnsupportedFormatError as error:
        return _refusal(415, error)
    prediction = getattr(module, "predict_fn", _predict)(data, model)
    try:
        return _reply(getattr(module, "output_fn", _output)(prediction, accept))
    except UnsupportedFormatError as error:
        return _refusal(406, error)


def _input(body: str | bytes, content_type: str) -> Any:
    from local_cloud.sagemaker.endpoints.model_server import formats  # loads XGBoost, which a script may not need

    return formats.decode(body, content_type)


def _predict(data: Any, model: Any) -> Any:
    return model.predict(data, validate_features=False)


def _output(prediction: Any, accept: str) -> tuple[str, str]:
    from local_cloud.sagemaker.endpoints.model_server import formats

    return formats.encode(prediction, accept), accept


def _reply(result: Any) -> Reply:
    if callable(result):
        return _from_application(result)
    body, content_type = result if isinstance(result, tuple) else (result, _FLASKS_TYPE)
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        raise TypeError(f"The answer must be str, bytes or (body, content type); found {type(body).__name__}.")
    return Reply(200, content_type, body)


def _from_application(application: Any) -> Reply:
    # Flask serves a returned WSGI application (PEP 3333) as it is; so a script answers with a status of its own.
    heads: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        heads.append((status, {name.lower(): value for name, value in headers}))
        return chunks.append

    chunks: list[bytes] = []
    environment = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/invocations", "SERVER_NAME": "model",
        "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }  # fmt: skip
    chunks.extend(application(environment, start_response))
    status, headers = heads[-1]
    return Reply(int(status.split(maxsplit=1)[0]), headers.get("content-type", _FLASKS_TYPE), b"".join(chunks))


def _refusal(status: int, error: Exception) -> Reply:
    document = {"error": type(error).__name__, "error-message": str(error), "stack-trace": traceback.format_exc()}
    print(document["stack-trace"], file=sys.stderr, flush=True)
    return Reply(status, _JSON, json.dumps(document).encode())


def _import(model_dir: Path, program: str) -> ModuleType:
    folders = [model_dir / "code"]
    if named := os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY"):
        inside = named == _IMAGE_MODEL_DIR or named.startswith(_IMAGE_MODEL_DIR + "/")
        folders.insert(0, Path(f"{model_dir}{named.removeprefix(_IMAGE_MODEL_DIR)}") if inside else Path(named))
    for folder in folders:
        if (folder / program).is_file():
            sys.path.insert(0, str(folder))
            return importlib.import_module(program.removesuffix(".py").replace("/", "."))
    looked = ", ".join(str(folder) for folder in folders)
    raise RuntimeError(f"SAGEMAKER_PROGRAM names {program}, which is not in {looked}.")
