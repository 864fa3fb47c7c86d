"""use_case.yaml of a plan."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ops.new_use_case import clusters, yaml_text
from ops.new_use_case.measuring import Measured
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.plan import Plan

_SHOWN = 60


def use_case_yaml(plan: Plan) -> str:
    """Return the text of the file."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701 - YAML; what comes of the file is quoted by yaml_text
    )  # fmt: skip
    environment.filters |= {
        "flow": yaml_text.flow,
        "listed": yaml_text.listed,
        "remark": yaml_text.comment,
        "quoted": repr,
        "comment": lambda text: yaml_text.plain(str(text))[:_SHOWN],
    }
    return environment.get_template("use_case.yaml.j2").render(
        plan=plan,
        description=description(plan),
        record=yaml_text.record(plan),
        features=yaml_text.features(plan),
        row_number=ROW_NUMBER,
        rule=clusters.RULE,
        group_hint=group_hint,
    )


def description(plan: Plan) -> str:
    """Return one sentence of what the use case does."""
    file = plan.request.data.name[:_SHOWN]
    if plan.target.label is None:
        return f"Which rows of {file} are alike?"
    if plan.target.positive is not None:
        return f"Is {plan.target.label.name} {plan.target.positive}, for a row like those of {file}?"
    return f"What is {plan.target.label.name}, for a row like those of {file}?"


def group_hint(column: Measured) -> str:
    """Return what to think about where a column repeats."""
    return (
        f"{column.name} has {column.different} values in {column.rows} rows. If the rows of one are alike (a patient, "
        f"a machine), keep them in one split, or the figures flatter the model: take {column.name} into record, and "
        "split as the next line says."
    )
