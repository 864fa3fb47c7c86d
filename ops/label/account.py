"""Ask the account what synthesis cannot know: whether Ground Truth is open to it, and who should label is there."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from config import ground_truth
from ops.findings import Finding
from ops.target import Target
from shared.live import absent


def findings(target: Target) -> Iterator[Finding]:
    """Give what the account says of each thing that labelling needs."""
    label = target.use_case.label
    if label is None or label.workers is None:
        yield Finding(True, "Labels are imported: that needs neither Ground Truth nor workers.")
        return
    yield _open(target)
    kind = label.workers.kind
    if kind == "private":
        yield from _workforce(target)
    elif kind == "vendor":
        yield _vendor(target, label.workers.team or "")
    else:
        yield Finding(
            False,
            f"The public crowd ({ground_truth.public_team(target.environment.region)}) closed on 30 September 2026: "
            "jobs for it find no workers. Choose private or vendor workers, or import labels.",
        )


def _open(target: Target) -> Finding:
    try:
        jobs = target.sagemaker.list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"]
    except ClientError as error:
        return Finding(False, f"Ground Truth does not answer: {error}. Import labels: label.backend: manifest_import.")
    if jobs:
        return Finding(True, f"Ground Truth is open: the account has jobs, such as {jobs[0]['LabelingJobName']}.")
    return Finding(
        None,
        f"The account has no job in {target.environment.region} yet, and Ground Truth takes no new customers; "
        "AWS may refuse the first. Only a job tells.",
    )


def _workforce(target: Target) -> Iterator[Finding]:
    wanted = target.environment.workforce
    found = [one["WorkforceName"] for one in target.sagemaker.list_workforces()["Workforces"]]
    if wanted in found:
        yield Finding(True, f"The workforce {wanted} is there.")
    else:
        others = f"; there is {', '.join(found)}, and an account has one in a region" if found else ""
        name = (wanted or "").capitalize()
        yield Finding(False, f"There is no workforce {wanted}{others}. Deploy it: cdk deploy 'Workforce{name}/*'.")
    try:
        target.sagemaker.describe_workteam(WorkteamName=target.name)
        yield Finding(True, f"The team {target.name} is there.")
    except ClientError as error:
        known = (
            f"There is no team {target.name} yet"
            if absent(error)
            else f"Of the team {target.name} SageMaker says: {error}"
        )
        yield Finding(None, f"{known}; it comes with the use case's stack.")


def _vendor(target: Target, team: str) -> Finding:
    pages = target.sagemaker.get_paginator("list_subscribed_workteams").paginate()
    found = [one["WorkteamArn"] for page in pages for one in page["SubscribedWorkteams"]]
    if team in found:
        return Finding(True, f"The account has subscribed to {team}.")
    return Finding(
        False,
        f"The account has not subscribed to {team}; it has {', '.join(found) or 'no vendor team'}. Subscribe in AWS "
        "Marketplace, or correct label.workers.team.",
    )
