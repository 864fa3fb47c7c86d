"""A CDK application without anything of this project: the peer of the synth benchmark.

Run as `python -m benchmarks.bare_app OUT SHAPE`. SHAPE is a file, stage -> stack -> resource type -> how many: the peer
has as many stages, stacks and resources, and of the same types, since a role with a policy costs more than a topic in
any application. Its flags are those of `cdk init`, as in cdk.json.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import aws_cdk as cdk

from benchmarks.bare_resources import MAKERS, Shared

Shape = dict[str, dict[str, dict[str, int]]]
FLAGS = Path(__file__).resolve().parent.parent / "cdk.json"
# Stacks that have these come first, since others refer to them.
SHARED = ("AWS::EC2::VPC", "AWS::KMS::Key", "AWS::SNS::Topic")


def main(out: str, shape: Shape) -> None:
    """Synthesise into a folder."""
    flags = json.loads(FLAGS.read_text(encoding="utf-8"))["context"]
    app = cdk.App(analytics_reporting=False, outdir=out, context=flags)
    for name, stacks in shape.items():
        stage, shared = cdk.Stage(app, name, env=cdk.Environment(region="ap-northeast-1")), Shared()
        for stack in sorted(stacks, key=lambda stack: [kind not in stacks[stack] for kind in SHARED]):
            _fill(cdk.Stack(stage, stack), shared, Counter(stacks[stack]))
    app.synth()


def _fill(stack: cdk.Stack, shared: Shared, left: Counter[str]) -> None:
    for kinds, make in MAKERS.items():
        made = Counter(kinds)
        while left >= made:
            make(shared, stack, f"Resource{left.total()}")
            left -= made
    # What has no L2 (SageMaker), or one that brings more resources (scaling).
    for index, kind in enumerate(left.elements()):
        cdk.CfnResource(stack, f"Bare{index}", type=kind)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
