"""What the List operations of models, endpoint configurations and endpoints have in common."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from local_cloud.sagemaker.api import Request, Response
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.store import Document

_DEFAULT_PAGE = 10  # AWS's default of MaxResults


def page(request: Request, documents: Sequence[Document], name_key: str, answer_key: str) -> Response:
    """Filter, sort and cut documents as the request says; newest first unless it asks otherwise."""
    chosen = [document for document in documents if _wanted(request, document, name_key)]
    chosen.sort(key=_order(request, name_key), reverse=request.get("SortOrder", "Descending") == "Descending")
    start = _start(request)
    end = start + request.get("MaxResults", _DEFAULT_PAGE)
    response: Response = {answer_key: chosen[start:end]}
    if end < len(chosen):
        response["NextToken"] = str(end)
    return response


def _order(request: Request, name_key: str) -> Callable[[Document], Any]:
    key = {"Name": name_key, "Status": "EndpointStatus"}.get(request.get("SortBy", ""), "CreationTime")
    return lambda document: document[key]


def _start(request: Request) -> int:
    token = request.get("NextToken", "0")
    if not token.isdecimal():
        raise validation_error("NextToken is not one that this operation has given.")
    return int(token)


def _wanted(request: Request, document: Document, name_key: str) -> bool:
    if request.get("NameContains", "").lower() not in document[name_key].lower():
        return False
    if request.get("StatusEquals") not in {None, document.get("EndpointStatus")}:
        return False
    for field in ("CreationTime", "LastModifiedTime"):
        before, after = request.get(f"{field}Before"), request.get(f"{field}After")
        if (before is not None and document[field] >= _epoch(before)) or (
            after is not None and document[field] <= _epoch(after)
        ):
            return False
    return True


def _epoch(value: Any) -> float:
    return value if isinstance(value, int | float) else datetime.fromisoformat(str(value)).timestamp()
