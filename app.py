"""Every environment is one stage. `cdk synth -c environments=dev,prod` takes some of them, the default is all."""

import json
import sys
from pathlib import Path

import aws_cdk as cdk
import cdk_nag

from config import ConfigError, environment_names, load_environment
from constructs.sagemaker_rules import SageMakerRules
from stacks.platform_stage import PlatformStage

# The CLI would hand these over; read here, they hold without it too. Stack traces name temporary folders.
SETTINGS = json.loads((Path(__file__).parent / "cdk.json").read_text(encoding="utf-8"))["context"] | {
    "aws:cdk:disable-creation-stack-traces": True
}


def platform(outdir: str | None = None) -> cdk.App:
    """Return the application, not yet synthesised; ConfigError says what is wrong with an environment."""
    app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=outdir)
    chosen = app.node.try_get_context("environments") or ",".join(environment_names())
    for name in str(chosen).split(","):
        PlatformStage(app, load_environment(name.strip()))
    packs = (cdk_nag.AwsSolutionsChecks(app), cdk_nag.NIST80053R5Checks(app), SageMakerRules())
    cdk.Validations.of(app).add_plugins(*packs)
    return app


if __name__ == "__main__":
    try:
        platform().synth()
    except ConfigError as error:
        sys.exit(str(error))
