"""The demonstration, stage by stage. Killed anywhere, the next run starts from nothing again."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import load_environment
from ops import data, live, model_packages, pipeline, predict
from ops.aws_errors import AWS_ERRORS, explain
from ops.console import output, shown
from ops.demo import ENVIRONMENT, FOLDER, STATE, USE_CASE, cloud, stacks
from ops.demo.cdk import Cdk
from ops.demo.progress import Stages
from ops.demo.report import Report
from ops.held_out import held_out
from ops.target import OperationError, Target

PAGE, EVALUATION, CAPTURE = "report.html", "evaluation.json", "captured-requests.jsonl"
PREDICTIONS = 10
EXPECTED = (OperationError, OSError, *AWS_ERRORS)


def run(keep: bool, folder: Path = FOLDER, use_case: str = USE_CASE) -> None:
    """Deploy, train, release, predict, report, and tear down unless `keep`.

    Args:
        keep: leave the cloud running at the end.
        folder: where the cloud's state, the logs, the page and evaluation.json go; what is in it is removed first.
        use_case: a folder of pipelines_src; the environment local is deployed with it alone.

    Raises:
        OperationError: a stage failed; the text says which and why. The cloud is left running to be looked at.
    """
    target = Target.alone(ENVIRONMENT, use_case)
    _require_local_engine(target)
    stages = Stages()
    try:
        with cloud.alone(folder), stages.progress:
            cdk = _deploy(stages, target, folder)
            report = _from_raw_to_prediction(stages, target)
            report.write_page(folder / PAGE)
            _copy(target, report.capture, folder / CAPTURE)
            (folder / EVALUATION).write_text(json.dumps(report.metrics, indent=2))
            if not keep:
                _tear_down(stages, target, cdk)
    except EXPECTED as error:
        raise OperationError(_failure(stages.current, error, folder)) from error
    report.print_summary()
    output.print(f"Captured requests: {report.capture}, copied to {shown(folder / CAPTURE)}", soft_wrap=True)
    if keep:
        _say_how_to_go_on(folder, use_case)
    output.print(f"[bold]Page: {shown(folder / PAGE)}[/]", soft_wrap=True)


def _deploy(stages: Stages, target: Target, folder: Path) -> Cdk:
    with stages.stage("Start the local cloud"):
        variables = cloud.start_afresh(folder)
    cdk = Cdk(variables, folder)
    with stages.stage("Synthesise and bootstrap"):
        where = target.environment
        cdk.prepare(where.name, str(where.account), where.region, target.use_case.name)
    with stages.stage("Deploy") as stage, ThreadPoolExecutor() as pool:
        deploying = pool.submit(cdk.deploy)
        total = stacks.resources_in(cdk.assembly)
        while not deploying.done():
            done = stacks.resources_deployed(target)
            stage.show(f"{done} of {total} resources", done, total)
            time.sleep(1.0)
        deploying.result()
    return cdk


def _from_raw_to_prediction(stages: Stages, target: Target) -> Report:
    with stages.stage("Upload the raw files") as stage:
        for name, _ in data.upload_raw(target):
            stage.show(name)
    with stages.stage("Run the pipeline") as stage:
        execution = pipeline.start_execution(target)
        for steps in pipeline.watch(target, execution, every=0.5):
            stage.show(", ".join(step.name for step in steps if step.status == "Executing"))
    with stages.stage("Approve and release") as stage:
        package = model_packages.find(target, None)
        model_packages.approve(target, package, "champion", "approved by make demo")
        stage.show(package.rpartition(":")[2])
        live.wait_until_live(target, package, timeout=120, every=0.5)
    with stages.stage("Predict"):
        answers = predict.predict(target, held_out(target).rows, PREDICTIONS, seed=0)
    with stages.stage("Find the captured requests"):
        capture = cloud.first_object(target, "capture", f"{target.use_case.name}/{target.name}/")
    evaluation = _evaluation(target)
    metrics = json.loads(evaluation.pop(EVALUATION))
    deployed = stacks.deployed(target)
    return Report(target, deployed, steps, metrics, evaluation, answers, capture, stages.seconds)


def _evaluation(target: Target) -> dict[str, bytes]:
    """Return file name -> content of evaluation.json and the tables beside it."""
    bucket = target.bucket("processed")
    first = cloud.first_object(target, "processed", f"{target.use_case.name}/", suffix=f"/evaluation/{EVALUATION}")
    prefix = first.removeprefix(f"s3://{bucket}/").removesuffix(EVALUATION)
    listed = target.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    names = [EVALUATION, *(name for item in listed if (name := item["Key"].removeprefix(prefix)).endswith(".csv"))]
    return {name: target.s3.get_object(Bucket=bucket, Key=f"{prefix}{name}")["Body"].read() for name in names}


def _copy(target: Target, uri: str, path: Path) -> None:
    """Keep an object beside the page: its bucket goes when everything is torn down."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    path.write_bytes(target.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _require_local_engine(target: Target) -> None:
    if target.use_case.prepare.engine != "processing":
        raise OperationError(
            f"{target.use_case.name} prepares its data with {target.use_case.prepare.engine}, and the cloud on this "
            "laptop has SageMaker Processing only. To see it here, take prepare.engine out of its use_case.yaml: the "
            "transformations give the same."
        )


def _tear_down(stages: Stages, target: Target, cdk: Cdk) -> None:
    with stages.stage("Tear everything down") as stage, ThreadPoolExecutor() as pool:
        model_packages.delete_all(target)
        destroying = pool.submit(cdk.destroy)
        while not destroying.done():
            stage.show(f"{stacks.resources_deployed(target)} resources left")
            time.sleep(1.0)
        destroying.result()
        cloud.stop(cdk.folder)


def _failure(stage: str, error: Exception, folder: Path) -> str:
    """Return which stage failed, why, and where to look."""
    if not stage:
        return str(error)
    text = f"The demonstration failed at: {stage}.\n{explain(error)}\n"
    if cloud.has_ended(folder):
        text += f"The local cloud has ended. The end of its log:\n{cloud.end_of_log(folder)}\n"
    else:
        option = _state_option(folder)
        text += f"The local cloud runs on, to be looked at; python -m ops local down{option} ends it.\n"
    logs = f"Logs lie in {shown(folder)}/. " if folder.is_dir() else ""
    return f"{text}{logs}Run the command again to try again from the start."


def _state_option(folder: Path) -> str:
    return "" if folder == FOLDER else f" --state-dir {shown(folder / STATE.name)}"


def _say_how_to_go_on(folder: Path, use_case: str) -> None:
    option = _state_option(folder)
    output.print("The local cloud keeps running. To use it from this terminal:")
    output.print(f'  eval "$(.venv/bin/python -m ops local env{option})"', highlight=False, soft_wrap=True)
    if use_case not in load_environment(ENVIRONMENT).use_cases:  # the commands go by the environment's file
        output.print(f"  python -m ops use-case add {use_case} {ENVIRONMENT}", highlight=False)
    for command in ("predict", "release status"):
        output.print(f"  python -m ops {command} {ENVIRONMENT} {use_case}", highlight=False)
    output.print(f"  python -m ops local down{option}", highlight=False, soft_wrap=True)
