"""`python -m ops label`: have objects labelled, see how far it is, look at the page that workers see, bring labels."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from config.labelling import jobs_in
from ops.console import output
from ops.findings import show
from ops.target import OperationError, Target

app = typer.Typer(no_args_is_help=True)
_PAGE = Path("build") / "labels"


@app.command()
def start(
    environment: str,
    use_case: str,
    objects: Annotated[
        Path | None,
        typer.Option(help='Only these, the first lines first: JSON Lines such as {"object": "cats/a.jpg"}.'),
    ] = None,
) -> None:
    """Have objects labelled that have no label: as many as one job takes. A job of people takes hours to weeks."""
    from ops.label import function

    target = target_of(environment, use_case)
    if target.use_case.label and target.use_case.label.backend != "ground_truth":
        raise OperationError(
            f"{use_case} has no labelling jobs in {environment} (label.backend: manifest_import, or no workforce). "
            f"Bring labels: python -m ops label import {environment} {use_case} FILE."
        )
    said = function.choose(target, objects) if objects else function.ask(target, begin=True, insist=True)
    output.print(escape(said), soft_wrap=True)


@app.command()
def stop(
    environment: str,
    use_case: str,
    run: Annotated[str | None, typer.Argument(help="Name of the run; left out: the one that is under way.")] = None,
) -> None:
    """Stop a run: labels that were given are kept, the other objects are free for the next run."""
    from ops.label import stopping

    output.print(escape(stopping.stop(target_of(environment, use_case), run)), soft_wrap=True)


@app.command()
def upload(
    environment: str,
    use_case: str,
    folder: Annotated[
        Path | None, typer.Argument(help="Left out: what write_objects of the use case's raw_data.py gives.")
    ] = None,
) -> None:
    """Bring objects to label; what is there already, with the same content, stays as it is."""
    from ops.label import objects

    counts = objects.upload(target_of(environment, use_case), folder)
    output.print(escape(counts), soft_wrap=True)


@app.command()
def status(
    environment: str,
    use_case: str,
    run: Annotated[str | None, typer.Argument(help="Name of a run, to see its report as a page.")] = None,
    page: Annotated[Path | None, typer.Option(help="Where the page is written.")] = None,
) -> None:
    """Show runs and how many objects have a label; of one run write the report: agreement, confidence, balance."""
    from ops.label import function, report

    target = target_of(environment, use_case)
    if run is None:
        function.show(target)
        return
    path = page or _PAGE / f"{target.name}-{run}.html"
    report.Report(target.name, target.use_case.description, function.document(target, run)).write(path)
    output.print(f"wrote {escape(str(path))}", soft_wrap=True)


@app.command()
def preview(
    environment: str,
    use_case: str,
    folder: Annotated[
        Path | None, typer.Option(help="Objects of this folder, in the place of those in the environment's bucket.")
    ] = None,
    objects: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 5,
    pages: Annotated[Path | None, typer.Option(help="Where the pages are written.")] = None,
    show: Annotated[bool, typer.Option(help="Open the first in the browser.")] = True,
) -> None:
    """Write the page that workers see, one for each of some objects, and open it."""
    from ops.label import worker_pages

    target = target_of(environment, use_case)
    found = worker_pages.of_folder(target, folder, objects) if folder else worker_pages.of_bucket(target, objects)
    first = worker_pages.write(target.use_case, found, pages or _PAGE / f"{target.name}-preview")
    output.print(f"wrote {escape(str(first))} and {len(found) - 1} beside it", soft_wrap=True)
    if show:
        typer.launch(first.resolve().as_uri())


@app.command("import")
def import_(
    environment: str,
    use_case: str,
    file: Annotated[
        Path, typer.Argument(help="An augmented manifest (JSON Lines), or a CSV with columns object, label.")
    ],
    attribute: Annotated[str, typer.Option(help="What has the label in the file.")] = "label",
) -> None:
    """Bring labels of any tool. A file that was taken in before changes nothing."""
    from ops.label import function, importing

    target = target_of(environment, use_case)
    text = importing.manifest_of(target, file, attribute)
    output.print(escape(function.bring(target, text)), soft_wrap=True)


@app.command()
def preflight(environment: str, use_case: str) -> None:
    """Ask the account whether Ground Truth is open to it, and whether who should label is there; exit 1 if not."""
    from ops.label.account import findings

    show(findings(target_of(environment, use_case)))


def target_of(environment: str, use_case: str) -> Target:
    """Return a use case that is labelled; OperationError if it is not."""
    target = Target.of(environment, use_case)
    label = target.use_case.label
    if label is None:
        raise OperationError(
            f"{use_case} is not labelled: its use_case.yaml has no section label. Add one and deploy "
            "(docs/labelling.md)."
        )
    return Target(target.environment, target.use_case.model_copy(update={"label": jobs_in(target.environment, label)}))
