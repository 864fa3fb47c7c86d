"""What the List operations of models, endpoint configurations and endpoints have in common."""

from collections.abc import Sequence

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Request, Response
from local_cloud.sagemaker.store import Document

_DEFAULT_PAGE = 10  # AWS's default of MaxResults


def page(request: Request, documents: Sequence[Document], name_key: str, answer_key: str) -> Response:
    """Filter, sort and cut documents as the request says; newest first unless it asks otherwise."""
    chosen = [document for document in documents if _wanted(request, document, name_key)]
    for field in ("CreationTime", "LastModifiedTime"):
        after, before = request.get(f"{field}After"), request.get(f"{field}Before")
        if after is not None or before is not None:
            chosen = listing.between(chosen, field, after, before)
    key = {"Name": name_key, "Status": "EndpointStatus"}.get(request.get("SortBy", ""), "CreationTime")
    chosen = listing.ordered(chosen, lambda document: document[key], request.get("SortOrder", "Descending"))
    items, token = listing.page(chosen, request, default=_DEFAULT_PAGE)
    return {answer_key: items, "NextToken": token}


def _wanted(request: Request, document: Document, name_key: str) -> bool:
    wanted_status = request.get("StatusEquals")
    return request.get("NameContains", "").lower() in document[name_key].lower() and (
        wanted_status is None or wanted_status == document["EndpointStatus"]
    )
