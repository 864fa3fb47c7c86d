"""The private workforce: one per account and region, whose members are the users of a Cognito pool."""

from typing import Any

from local_cloud.clients import WORKER_PORTAL
from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import SageMakerError, in_use, not_implemented, validation_error
from local_cloud.sagemaker.labeling import cognito
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document

KIND = "Workforce"
_MOST_CIDRS = 10


@operation("CreateWorkforce")
def _create(request: Request, call: Call) -> Response:
    refuse(request, "WorkforceVpcConfig")
    _check(request)
    if "CognitoConfig" not in request:
        raise validation_error("CognitoConfig is required.")
    cognito.check_pool(request["CognitoConfig"]["UserPool"], request["CognitoConfig"]["ClientId"], call)
    if others := call.store.list(KIND):
        raise validation_error(
            f"The account has the workforce {others[0]['WorkforceName']} in {call.store.region}; one is allowed. "
            "Delete it, or use it."
        )
    name, time = request["WorkforceName"], now()
    document = {
        "SourceIpConfig": {"Cidrs": []}, **request, "WorkforceArn": call.arn(f"workforce/{name}"),
        "SubDomain": call.platform.endpoint_url.partition("://")[2] + WORKER_PORTAL, "Status": "Active",
        "CreateDate": time, "LastUpdatedDate": time,
    }  # fmt: skip
    if not call.store.insert(KIND, name, document):
        raise in_use(f"Workforce {name} already exists.")
    return document


@operation("DescribeWorkforce")
def _describe(request: Request, call: Call) -> Response:
    return {"Workforce": find(request["WorkforceName"], call)}


@operation("ListWorkforces")
def _list(request: Request, call: Call) -> Response:
    usual = listing.Usual("CreateDate", "Ascending", 100)
    return listing.listed(request, call.store.list(KIND), name="WorkforceName", answer="Workforces", usual=usual)


@operation("UpdateWorkforce")
def _update(request: Request, call: Call) -> Response:
    refuse(request, "WorkforceVpcConfig")
    _check(request)
    find(request["WorkforceName"], call)
    changed: dict[str, Any] = {key: request[key] for key in ("SourceIpConfig", "IpAddressType") if key in request}

    def change(document: Document) -> None:
        document.update(changed, LastUpdatedDate=now())

    return {"Workforce": call.store.update(KIND, request["WorkforceName"], change)}


@operation("DeleteWorkforce")
def _delete(request: Request, call: Call) -> Response:
    name = find(request["WorkforceName"], call)["WorkforceName"]
    if teams := [team["WorkteamName"] for team in call.store.list("Workteam")]:
        raise in_use(f"Workforce {name} has the work teams {', '.join(teams)}. Delete them first.")
    call.store.delete(KIND, name)
    return {}


def find(name: str, call: Call) -> Document:
    """Return a workforce's document; SageMakerError if there is none."""
    document = call.store.get(KIND, name)
    if document is None:
        raise missing(name)
    return document


def missing(name: str) -> SageMakerError:
    """The answer for a workforce that is not there."""
    return validation_error(f"No workforce {name!r} found. Please provide a valid workforce name.")


def _check(request: Request) -> None:
    if "OidcConfig" in request:
        raise not_implemented("OidcConfig: there is no identity provider but Cognito; use CognitoConfig")
    cidrs = request.get("SourceIpConfig", {}).get("Cidrs", [])
    if len(cidrs) > _MOST_CIDRS:
        raise validation_error(f"SourceIpConfig.Cidrs has {len(cidrs)} ranges; allowed are {_MOST_CIDRS}.")
