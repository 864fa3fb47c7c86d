"""Git repositories as SageMaker knows them; nothing is cloned."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.store import Document

KIND = "CodeRepository"


@operation("CreateCodeRepository")
def _create(request: Request, call: Call) -> Response:
    name = request["CodeRepositoryName"]
    time = now()
    document = {
        **request,
        "CodeRepositoryArn": call.arn(f"code-repository/{name}"),
        "CreationTime": time,
        "LastModifiedTime": time,
    }
    if not call.store.insert(KIND, name, document):
        raise validation_error(f"Cannot create already existing code repository {document['CodeRepositoryArn']}.")
    return document


@operation("DescribeCodeRepository")
def _describe(request: Request, call: Call) -> Response:
    return find(request["CodeRepositoryName"], call)


@operation("UpdateCodeRepository")
def _update(request: Request, call: Call) -> Response:
    find(request["CodeRepositoryName"], call)

    def change(document: Document) -> None:
        document["GitConfig"].update(request.get("GitConfig", {}))
        document["LastModifiedTime"] = now()

    return call.store.update(KIND, request["CodeRepositoryName"], change)


@operation("ListCodeRepositories")
def _list(request: Request, call: Call) -> Response:
    return listing.listed(request, call.store.list(KIND), name="CodeRepositoryName", answer="CodeRepositorySummaryList")


@operation("DeleteCodeRepository")
def _delete(request: Request, call: Call) -> Response:
    call.store.delete(KIND, find(request["CodeRepositoryName"], call)["CodeRepositoryName"])
    return {}


def find(name: str, call: Call) -> Document:
    """Return a repository's document; SageMakerError if there is none."""
    document = call.store.get(KIND, name)
    if document is None:
        raise validation_error(f"Cannot find CodeRepository: {call.arn(f'code-repository/{name}')}")
    return document
