"""Work teams: groups of the workforce's pool that get a job's tasks."""

from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import SageMakerError, in_use, not_implemented, validation_error
from local_cloud.sagemaker.labeling import cognito, statuses, workforces
from local_cloud.sagemaker.store import Document

KIND = "Workteam"
_MOST = 25
_CHANGED = ("MemberDefinitions", "Description", "NotificationConfiguration", "WorkerAccessConfiguration")


@operation("CreateWorkteam")
def _create(request: Request, call: Call) -> Response:
    workforce = _workforce(request, call)
    _check_members(request["MemberDefinitions"], workforce, call)
    if len(call.store.list(KIND)) >= _MOST:
        raise SageMakerError("ResourceLimitExceeded", f"The account has {_MOST} work teams, as many as allowed.")
    name, time = _key(request["WorkteamName"]), now()
    document = {
        **request, "WorkteamArn": call.arn(f"workteam/{name}"), "WorkforceArn": workforce["WorkforceArn"],
        "SubDomain": workforce["SubDomain"], "CreateDate": time, "LastUpdatedDate": time,
    }  # fmt: skip
    if not call.store.insert(KIND, name, document):
        raise in_use(f"Work team {request['WorkteamName']} already exists in this account and region.")
    return document


@operation("DescribeWorkteam")
def _describe(request: Request, call: Call) -> Response:
    return {"Workteam": _named(request["WorkteamName"], call)}


@operation("ListWorkteams")
def _list(request: Request, call: Call) -> Response:
    usual = listing.Usual("CreateDate", "Ascending", 100)
    return listing.listed(request, call.store.list(KIND), name="WorkteamName", answer="Workteams", usual=usual)


@operation("UpdateWorkteam")
def _update(request: Request, call: Call) -> Response:
    team = _named(request["WorkteamName"], call)
    if "MemberDefinitions" in request:
        workforce = workforces.find(team["WorkforceArn"].rpartition("/")[2], call)
        _check_members(request["MemberDefinitions"], workforce, call)
    changed = {key: request[key] for key in _CHANGED if key in request}

    def change(document: Document) -> None:
        document.update(changed, LastUpdatedDate=now())

    return {"Workteam": call.store.update(KIND, _key(request["WorkteamName"]), change)}


@operation("DeleteWorkteam")
def _delete(request: Request, call: Call) -> Response:
    team = _named(request["WorkteamName"], call)
    at_work = [
        job["LabelingJobName"]
        for job in call.store.list(statuses.KIND)
        if job["HumanTaskConfig"]["WorkteamArn"] == team["WorkteamArn"] and job["LabelingJobStatus"] in statuses.ACTIVE
    ]
    if at_work:
        raise in_use(f"Work team {team['WorkteamName']} works on {', '.join(at_work)}. Stop that first.")
    call.store.delete(KIND, _key(request["WorkteamName"]))
    return {"Success": True}


@operation("ListSubscribedWorkteams")
def _list_subscribed(_request: Request, _call: Call) -> Response:
    # Nobody can subscribe to a vendor here, so there is none.
    return {"SubscribedWorkteams": []}


def of_arn(arn: str, call: Call) -> Document:
    """Return the team of a private crowd that an ARN names; SageMakerError for any other."""
    kind, _, name = arn.partition("workteam/")[2].partition("/")
    if kind in {"public-crowd", "vendor-crowd"}:
        raise not_implemented(f"the {kind} ({arn}): nobody works for it here; use a team of a private workforce")
    document = call.store.get(KIND, _key(name))
    if document is None or document["WorkteamArn"] != arn:
        raise validation_error(f"The work team {arn} does not exist.")
    return document


def _key(name: str) -> str:
    # As in the ARN, by which tags are found.
    return f"private-crowd/{name}"


def _named(name: str, call: Call) -> Document:
    document = call.store.get(KIND, _key(name))
    if document is None:
        raise validation_error(f"The work team {call.arn(f'workteam/{_key(name)}')} does not exist.")
    return document


def _workforce(request: Request, call: Call) -> Document:
    known = call.store.list(workforces.KIND)
    wanted = request.get("WorkforceName") or (known[0]["WorkforceName"] if known else "default")
    return workforces.find(wanted, call)


def _check_members(members: list[dict[str, Any]], workforce: Document, call: Call) -> None:
    own = workforce["CognitoConfig"]
    for member in members:
        if "OidcMemberDefinition" in member:
            raise not_implemented("OidcMemberDefinition: the workforce is Cognito's; use CognitoMemberDefinition")
        group = member.get("CognitoMemberDefinition")
        if group is None:
            raise validation_error("MemberDefinitions: each needs a CognitoMemberDefinition.")
        if (group["UserPool"], group["ClientId"]) != (own["UserPool"], own["ClientId"]):
            raise validation_error(
                f"MemberDefinitions: found user pool {group['UserPool']} and client {group['ClientId']}; the workforce "
                f"has {own['UserPool']} and {own['ClientId']}."
            )
        cognito.check_group(group["UserPool"], group["UserGroup"], call)
