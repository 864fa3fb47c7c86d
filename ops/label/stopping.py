"""Stop a run of labelling: its execution, so that it makes no job any more, and the job that it has made."""

import time

from botocore.exceptions import ClientError

from label.jobs import Jobs
from label.logic import UNDER_WAY
from label.records import Records
from label.state import Job, Run
from ops.label import function
from ops.target import OperationError, Target, client

_MADE_SECONDS = 2.0  # in which a job appears that an execution was making as it was stopped
_ENDED_SECONDS = 300.0  # in which a job that is stopping ends, as a rule


def stop(target: Target, name: str | None, every: float = 2.0) -> str:
    """Stop a run and return what became of it; OperationError if it is not under way.

    Args:
        target: whose.
        name: of the run; None: the one that is under way.
        every: seconds between two looks at a job that is stopping.
    """
    function.ask(target)  # what has ended is over, what was claimed is started
    run = _under_way(target, name)
    jobs = Jobs(target.sagemaker, target.states, client(target.environment, "ssm"), target.environment.name)
    terms = jobs.terms(target.use_case.name)
    execution = jobs.execution(run, terms.machine) if terms else None
    if execution and execution.status == "RUNNING":
        target.states.stop_execution(executionArn=execution.arn, error="Stopped", cause="by a command")
        time.sleep(0 if jobs.job(run) else _MADE_SECONDS)
    job = _stopped(target, jobs, run, every)
    said = function.ask(target)
    if job and job.status in UNDER_WAY:
        return f"run {run.name}: its job is {job.status}; when it has ended, within the hour, its labels are taken in"
    ended = next((one for one in _runs(target) if one.name == run.name), run)
    return f"run {run.name}: {ended.result}: {ended.detail}" if ended.detail else f"run {run.name}: {said}"


def _stopped(target: Target, jobs: Jobs, run: Run, every: float) -> Job | None:
    """Stop a run's job, if it has one, wait for its end, and return it."""
    job, until = jobs.job(run), time.monotonic() + _ENDED_SECONDS
    while job and job.status in UNDER_WAY and time.monotonic() < until:
        if job.status != "Stopping":
            try:
                target.sagemaker.stop_labeling_job(LabelingJobName=job.name)
            except ClientError:
                # It has ended since.
                if (now := jobs.job(run)) and now.status == job.status:
                    raise
        time.sleep(every)
        job = jobs.job(run)
    return job


def _under_way(target: Target, name: str | None) -> Run:
    runs = _runs(target)
    newest = runs[0] if runs else None
    if newest and newest.result == "started" and not newest.imports and name in (None, newest.name):
        return newest
    found = f"the newest, {newest.name}, is {newest.result}" if newest else "there is none yet"
    raise OperationError(
        f"{name or 'No run'} of {target.name} is {'not ' if name else ''}under way: {found}. `python -m ops label "
        f"status {target.environment.name} {target.use_case.name}` lists the runs."
    )


def _runs(target: Target) -> tuple[Run, ...]:
    return Records(target.dynamodb, target.output("control", "LabelsTable")).runs(target.use_case.name)
