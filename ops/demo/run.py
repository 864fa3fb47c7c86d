"""The demonstration, stage by stage. Killed anywhere, the next run starts from nothing again."""

import json
from pathlib import Path

from config import load_environment
from ops import predict
from ops.console import output, shown
from ops.demo import ENVIRONMENT, FOLDER, USE_CASE, acts, cloud, stacks
from ops.demo.progress import Stages
from ops.demo.report import Report
from ops.demo.trouble import state_option, told
from ops.held_out import held_out
from ops.target import Target

PAGE, EVALUATION, CAPTURE = "report.html", "evaluation.json", "captured-requests.jsonl"
PREDICTIONS = 10


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
    acts.require_local_engine(target)
    stages = Stages()
    with told(stages, folder), cloud.alone(folder), stages.progress:
        cdk = acts.deploy(stages, target, folder)
        report = _from_raw_to_prediction(stages, target)
        report.write_page(folder / PAGE)
        _copy(target, report.capture, folder / CAPTURE)
        (folder / EVALUATION).write_text(json.dumps(report.metrics, indent=2))
        if not keep:
            acts.tear_down(stages, target, cdk)
    report.print_summary()
    output.print(f"Captured requests: {report.capture}, copied to {shown(folder / CAPTURE)}", soft_wrap=True)
    if keep:
        _say_how_to_go_on(folder, use_case)
    output.print(f"[bold]Page: {shown(folder / PAGE)}[/]", soft_wrap=True)


def _from_raw_to_prediction(stages: Stages, target: Target) -> Report:
    acts.upload(stages, target)
    steps = acts.train(stages, target, "Run the pipeline")
    acts.release(stages, target, "Approve and release", "champion", "approved by make demo")
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


def _say_how_to_go_on(folder: Path, use_case: str) -> None:
    option = state_option(folder)
    output.print("The local cloud keeps running. To use it from this terminal:")
    output.print(f'  eval "$(.venv/bin/python -m ops local env{option})"', highlight=False, soft_wrap=True)
    if use_case not in load_environment(ENVIRONMENT).use_cases:  # the commands go by the environment's file
        output.print(f"  python -m ops use-case add {use_case} {ENVIRONMENT}", highlight=False)
    for command in ("predict", "release status"):
        output.print(f"  python -m ops {command} {ENVIRONMENT} {use_case}", highlight=False)
    output.print(f"  python -m ops local down{option}", highlight=False, soft_wrap=True)
