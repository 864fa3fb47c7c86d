"""`python -m ops config`: check the files of configuration, and export their schemas for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.markup import escape

from config import (
    ConfigError,
    Environment,
    UseCase,
    Workforce,
    check_all,
    environment_names,
    load_environment,
    load_use_case,
    use_case_names,
)
from config.loading import ROOT
from config.remarks import remarks
from ops.console import errors, output

app = typer.Typer(no_args_is_help=True)
SCHEMAS: dict[str, type[BaseModel]] = {
    "environment.json": Environment,
    "use_case.json": UseCase,
    "workforce.json": Workforce,
}


@app.command()
def check() -> None:
    """Validate every environment and every use case, and what they must agree on between them."""
    problems = check_all()
    for problem in problems:
        errors.print(f"[bold red]error[/] {escape(problem)}", highlight=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    for name in environment_names():
        environment = load_environment(name)
        for remark in remarks(environment, map(load_use_case, environment.use_cases)):
            output.print(f"[yellow]remark[/] {escape(remark)}", highlight=False, soft_wrap=True)
    output.print(
        f"{len(environment_names())} environments ({', '.join(environment_names())}) and "
        f"{len(use_case_names())} use case(s) ({', '.join(use_case_names())}) are valid.",
        soft_wrap=True,
    )


@app.command()
def schema(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a committed schema is out of date.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the schemas lie.")] = ROOT / "environments" / "schema",
) -> None:
    """Export the JSON Schemas that editors complete and check by."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        text = json.dumps(model.model_json_schema(), indent=2, sort_keys=True) + "\n"
        path = folder / name
        if check_only and (not path.exists() or path.read_text() != text):
            raise ConfigError(f"{path.name}: is out of date. Run `python -m ops config schema` and commit the result.")
        if not check_only:
            path.write_text(text)
            output.print(f"wrote {path.name}")
