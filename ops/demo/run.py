"""The demonstration, stage by stage. Killed anywhere, the next run starts from nothing again."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from config.loading import ROOT
from ops import data, pipeline, predict, release
from ops.console import errors, output
from ops.demo import cloud, stacks
from ops.demo.cdk import Cdk
from ops.demo.progress import Stages
from ops.demo.report import Report
from ops.target import Target

ENVIRONMENT, USE_CASE = "local", "flight_delays"
FOLDER = ROOT / "build" / "demo"
PAGE = ROOT / "build" / "demo" / "report.html"
CLOUD = FOLDER / cloud.STATE
PREDICTIONS = 10
EVALUATION_FILES = ("evaluation.json", "roc.csv", "calibration.csv", "importance.csv")


def run(keep: bool) -> None:
    """Deploy, train, release, predict, report, and tear down unless `keep`.

    Raises:
        OperationError: a stage failed; the text says which and why. The cloud is left running to be looked at.
    """
    target = Target.of(ENVIRONMENT, USE_CASE)
    stages = Stages()
    with stages.progress:
        cdk = _deploy(stages, target)
        report = _from_raw_to_prediction(stages, target)
        report.write_page(PAGE)
        if not keep:
            _tear_down(stages, target, cdk)
    report.print_summary()
    output.print(f"Page: {PAGE.relative_to(ROOT)}", soft_wrap=True)
    if keep:
        output.print(f"The local cloud keeps running: python -m ops local status --state-dir {CLOUD.relative_to(ROOT)}")


def _deploy(stages: Stages, target: Target) -> Cdk:
    with stages.stage("Start the local cloud"):
        variables = cloud.start_afresh(FOLDER)
    cdk = Cdk(variables, FOLDER)
    with stages.stage("Synthesise and bootstrap"), ThreadPoolExecutor() as pool:
        synth = pool.submit(cdk.synth, target.environment.name)
        pool.submit(cdk.bootstrap, str(target.environment.account), target.environment.region).result()
        synth.result()
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
        package = release.set_status(target, None, "Approved", "approved by make demo")
        stage.show(package.rpartition(":")[2])
        release.wait_until_live(target, package, timeout=120, every=0.5)
    with stages.stage("Predict"):
        answers = predict.predict(target, predict.serving_records(target), PREDICTIONS, seed=0)
    with stages.stage("Find the captured requests"):
        capture = cloud.first_object(target, "capture", f"{target.use_case.name}/{target.name}/")
    evaluation = _evaluation(target)
    metrics = json.loads(evaluation.pop("evaluation.json"))
    deployed = stacks.deployed(target)
    return Report(target, deployed, steps, metrics, evaluation, answers, capture, stages.seconds)


def _evaluation(target: Target) -> dict[str, bytes]:
    bucket = target.bucket("processed")
    first = cloud.first_object(target, "processed", f"{target.use_case.name}/", suffix="/evaluation/evaluation.json")
    prefix = first.removeprefix(f"s3://{bucket}/").removesuffix("evaluation.json")
    return {
        name: target.s3.get_object(Bucket=bucket, Key=f"{prefix}{name}")["Body"].read() for name in EVALUATION_FILES
    }


def _tear_down(stages: Stages, target: Target, cdk: Cdk) -> None:
    with stages.stage("Tear everything down") as stage, ThreadPoolExecutor() as pool:
        release.delete_packages(target)
        destroying = pool.submit(cdk.destroy)
        while not destroying.done():
            stage.show(f"{stacks.resources_deployed(target)} resources left")
            time.sleep(1.0)
        destroying.result()
        cloud.stop(FOLDER)


def failed(error: Exception) -> None:
    """Say that the demonstration failed, why, and where to look."""
    errors.print(f"[bold red]The demonstration failed.[/] {error}", highlight=False, soft_wrap=True)
    errors.print(f"Logs lie in {FOLDER.relative_to(ROOT)}/. Run `make demo` to try again from the start.")
