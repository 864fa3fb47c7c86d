"""What demonstrations do with an environment: deploy it, train, release, tear it down, each shown as a stage."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops import data, live, model_packages, pipeline
from ops.demo import cloud, stacks
from ops.demo.cdk import Cdk
from ops.demo.progress import Stages
from ops.target import OperationError, Target


def deploy(stages: Stages, target: Target, folder: Path) -> Cdk:
    """Start a cloud from nothing, and deploy the environment with the use case alone."""
    with stages.stage("Start the local cloud"):
        variables = cloud.start_afresh(folder)
    cdk = Cdk(variables, folder)
    with stages.stage("Synthesise and bootstrap"):
        where = target.environment
        cdk.prepare(where.name, str(where.account), where.region, target.use_case.name)
    with stages.stage("Deploy") as stage, ThreadPoolExecutor() as pool:
        deploying = pool.submit(cdk.deploy)
        total = stacks.resources_in(cdk.assembly / f"assembly-{where.name.capitalize()}")
        while not deploying.done():
            done = stacks.resources_deployed(target)
            stage.show(f"{done} of {total} resources", done, total)
            time.sleep(1.0)
        deploying.result()
    return cdk


def upload(stages: Stages, target: Target) -> None:
    """Bring the raw files in."""
    with stages.stage("Upload the raw files") as stage:
        for name, _ in data.upload_raw(target):
            stage.show(name)


def train(stages: Stages, target: Target, name: str, split_until: str | None = None) -> list[pipeline.Step]:
    """Run the pipeline as the stage `name`; return its steps. `split_until`: other ends than the file's."""
    steps: list[pipeline.Step] = []
    with stages.stage(name) as stage:
        execution = pipeline.start_execution(target, split_until=split_until)
        for steps in pipeline.watch(target, execution, every=0.5):
            stage.show(", ".join(step.name for step in steps if step.status == "Executing"))
    return steps


def release(stages: Stages, target: Target, name: str, slot: str, reason: str) -> str:
    """Approve the newest model package for a slot as the stage `name`, and wait until it serves; return its ARN."""
    with stages.stage(name) as stage:
        package = model_packages.find(target, None)
        model_packages.approve(target, package, slot, reason)
        stage.show(package.rpartition(":")[2])
        live.wait_until_live(target, package, timeout=120, every=0.5)
    return package


def tear_down(stages: Stages, target: Target, cdk: Cdk) -> None:
    """Remove everything, and the cloud's state; pages and logs stay."""
    with stages.stage("Tear everything down") as stage, ThreadPoolExecutor() as pool:
        model_packages.delete_all(target)
        destroying = pool.submit(cdk.destroy)
        while not destroying.done():
            stage.show(f"{stacks.resources_deployed(target)} resources left")
            time.sleep(1.0)
        destroying.result()
        cloud.stop(cdk.folder)


def require_local_engine(target: Target) -> None:
    """OperationError unless the cloud on this laptop has what the use case prepares its data with."""
    if target.use_case.prepare.engine != "processing":
        raise OperationError(
            f"{target.use_case.name} prepares its data with {target.use_case.prepare.engine}, and the cloud on this "
            "laptop has SageMaker Processing only. To see it here, take prepare.engine out of its use_case.yaml: the "
            "transformations give the same."
        )
