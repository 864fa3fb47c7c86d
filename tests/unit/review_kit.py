"""Changes and reviews, made by hand."""

from dataclasses import replace
from datetime import date

from config.review import KINDS, ReviewRules, Waiver
from config.review_file import Rules
from ops.review.judge import Judge
from ops.review.model import Action, Change, Class, Cost, Found, PropertyChange, Review, Severity, Updates

TODAY = date(2026, 11, 28)
HOSTILE = (
    "</summary></details><script>document.title='taken over'</script>"
    "<img src=x onerror=\"document.title='taken over'\"> `x` ```y``` @octocat #1 GH-2 https://evil.example "
    "www.evil.example a@evil.example [link](javascript:alert(1)) ![i](https://evil.example/i.png) **bold** | cell "
    "$x$ &amp; \u202e\u0000\ud800 "
    "\n\n# heading\n- item\n<!-- ml-loop review -->\n"
)


def found(kind: Class = Class.DATA_LOSS, severity: Severity = Severity.HIGH, text: str = "It goes.", **more) -> Found:
    return Found(kind, severity, text, **more)


def change(*findings: Found, where: str = "prod", stack: str = "", logical_id: str = "Raw1A2B", **more) -> Change:
    environments = tuple(where.split())
    usual = {
        "path": "Raw/Resource",
        "type": "AWS::S3::Bucket",
        "action": Action.REPLACE,
        "properties": (PropertyChange("Properties.BucketName", "raw-a", "raw-b", Updates.REPLACE),),
    }
    stack = stack or f"{environments[0]}-data"
    return Change(environments, stack, logical_id=logical_id, found=findings, **(usual | more))


def review(*changes: Change, cost: Cost | None = None, **more) -> Review:
    return Review(changes, (), cost, **more)


def rules(in_earnest: bool = True, budget_usd: int | None = None, **said) -> Rules:
    return Rules.of(ReviewRules.model_validate(said), in_earnest=in_earnest, budget_usd=budget_usd)


def judge(head: dict[str, Rules] | None = None, base: dict[str, Rules] | None = None, **more) -> Judge:
    head = {"prod": rules(), "dev": rules(in_earnest=False)} if head is None else head
    return Judge(head, head if base is None else base, TODAY, **more)


def waiver(**changes) -> Waiver:
    usual = {
        "change": "prod-data/Raw*",
        "classes": ["data_loss"],
        "reason": "moved before, see the runbook",
        "expires": date(2026, 12, 31),
    }
    return Waiver.model_validate(usual | changes)


def hostile(number: int = 1) -> Review:
    """A review in which every text is what a pull request could put into it, judged."""
    one = replace(
        change(
            *(found(kind, severity, HOSTILE, paths=(HOSTILE,), detail=HOSTILE) for kind, severity in _each()),
            where="prod",
            stack=f"prod-{HOSTILE}",
            logical_id=HOSTILE,
            path=HOSTILE,
            type=HOSTILE,
            was=HOSTILE,
            properties=(
                PropertyChange(HOSTILE, HOSTILE, {HOSTILE: [HOSTILE]}, Updates.UNKNOWN),
                PropertyChange(HOSTILE, HOSTILE, HOSTILE, Updates.UNKNOWN, because=HOSTILE),
            ),
        ),
        environments=("prod", HOSTILE),
    )
    cost = Cost(1, 2, (HOSTILE,), ((HOSTILE, 1, 2),))
    return review(*[one] * number, cost=cost, remarks=(HOSTILE,), templates={f"prod-{HOSTILE}": HOSTILE})


def _each() -> list[tuple[Class, Severity]]:
    severities = [Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO]
    return [(Class(kind), severities[place % 4]) for place, kind in enumerate(KINDS)]
