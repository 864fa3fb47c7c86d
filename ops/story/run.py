"""The story, stage by stage. Killed anywhere, the next run starts from nothing again."""

from itertools import chain
from pathlib import Path

from ops import model_packages, records
from ops.console import output, shown
from ops.demo import ENVIRONMENT, acts, cloud
from ops.demo.progress import Stages
from ops.demo.trouble import state_option, told
from ops.held_out import held_out
from ops.story import FIRST_SPLIT, TOGETHER, USE_CASE, broken, month_traffic, season, trial
from ops.story.report import Report
from ops.story.traffic import requests
from ops.story.waiting import serves_alone
from ops.target import Target

PAGE = "story.html"
_DAYS = 4  # between two looks, by the use case's own clock
_KEPT = 4  # batches for the broken model, should the first experiment come to nothing before the flights end


def run(keep: bool, folder: Path) -> None:
    """Tell the story, write its page, and tear everything down unless `keep`.

    Args:
        keep: leave the cloud running at the end.
        folder: where the cloud's state, the logs and the page go; what is in it is removed first.

    Raises:
        OperationError: a stage failed; the text says which and why. The cloud is left running to be looked at.
    """
    target = Target.alone(ENVIRONMENT, USE_CASE)
    acts.require_local_engine(target)
    stages = Stages()
    with told(stages, folder), cloud.alone(folder), stages.progress:
        cdk = acts.deploy(stages, target, folder)
        report = _tell(stages, target)
        report.write_page(folder / PAGE)
        if not keep:
            acts.tear_down(stages, target, cdk)
    report.print_summary()
    if keep:
        option = state_option(folder)
        output.print("The local cloud keeps running. To use it from this terminal, and to end it:")
        output.print(f'  eval "$(.venv/bin/python -m ops local env{option})"', highlight=False, soft_wrap=True)
        output.print(f"  python -m ops local down{option}", highlight=False, soft_wrap=True)
    output.print(f"[bold]Page: {shown(folder / PAGE)}[/]", soft_wrap=True)


def _tell(stages: Stages, target: Target) -> Report:
    acts.upload(stages, target)
    acts.train(stages, target, "Train on five weeks", FIRST_SPLIT)
    first = acts.release(stages, target, "Release the first model", "champion", "the first model")
    acts.train(stages, target, "Train on three months")
    second = acts.release(stages, target, "Release a challenger", "challenger", "trained on three months")
    rows = held_out(target).rows
    mixed = month_traffic.shuffled(requests(target, rows), _DAYS)
    batches = [list(month_traffic.in_requests(some, TOGETHER)) for some in mixed]
    ahead = iter(batches[:-_KEPT])
    with stages.stage("Experiment: new against old") as stage:
        decided = trial.run(target, "Is a model of three months better than one of five weeks?", ahead, stage, TOGETHER)
    champion = second if decided.trial.result == "promoted" else first
    with stages.stage("Release the winner") as stage:
        if decided.trial.result == "stopped":  # the flights did not suffice: the old model stays
            model_packages.reject(target, second, "not shown to be better")
        serves_alone(target, champion)
    field = broken.register(target, second, rows)
    third = acts.release(stages, target, "Release a broken challenger", "challenger", "a small change of the code")
    with stages.stage("Experiment: the broken one") as stage:
        caught = trial.run(target, "Is the changed code as good?", chain(ahead, batches[-_KEPT:]), stage, TOGETHER)
    with stages.stage("Withdraw the broken one") as stage:
        if caught.trial.result == "stopped":
            model_packages.reject(target, third, "not shown to be better")
        serves_alone(target, champion)
    passed = season.tell(stages, target, champion, rows)
    return Report(target, decided, caught, field, passed, records.newest(target, 20)[::-1], stages.seconds)
