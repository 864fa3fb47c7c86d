"""What the List operations of notebook instances and what belongs to them have in common."""

from collections.abc import Sequence

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Request, Response
from local_cloud.sagemaker.store import Document


def page(request: Request, documents: Sequence[Document], *, name: str, answer: str) -> Response:
    """Filter by name and times, sort and cut documents as the request says; by name unless it asks otherwise."""
    wanted = request.get("NameContains", "").lower()
    found = [document for document in documents if wanted in document[name].lower()]
    for time in ("CreationTime", "LastModifiedTime"):
        found = listing.between(found, time, request.get(f"{time}After"), request.get(f"{time}Before"))
    by = str(request.get("SortBy", "Name"))
    key = {"Name": name, "Status": "NotebookInstanceStatus"}.get(by, by)
    found = listing.ordered(found, lambda document: document[key], request.get("SortOrder", "Ascending"))
    items, token = listing.page(found, request)
    return {answer: items, "NextToken": token}
