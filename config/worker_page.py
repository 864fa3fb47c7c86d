"""The page that workers see, and the categories that they choose from, as files for Ground Truth.

AWS's own functions give a page the object and its categories and no more, so title and instructions are written into
the built-in pages beforehand, between [[ and ]]; what is between {{ and }} is Liquid's, and Ground Truth's to fill.
"""

import json
from html import escape
from pathlib import Path

from config.loading import ROOT
from config.use_case import UseCase
from config.use_case.label_task import Task

_PAGES = Path(__file__).with_name("worker_pages")


def worker_page(use_case: UseCase, task: Task, sources: Path = ROOT / "pipelines_src") -> str | None:
    """Return the Liquid template; None for named entities, whose page AWS keeps."""
    if task.type == "named_entities":
        return None
    if task.template is not None:
        return (sources / use_case.name / task.template).read_text(encoding="utf-8")
    text = (_PAGES / f"{task.type}.liquid.html").read_text(encoding="utf-8")
    for name in ("title", "instructions"):
        # A brace of theirs is theirs, and no Liquid.
        said = escape(getattr(task, name)).replace("{", "&#123;").replace("}", "&#125;")
        text = text.replace(f"[[ {name} ]]", said)
    return text


def categories_file(task: Task) -> str:
    """Return the label category configuration file (CreateLabelingJob, `LabelCategoryConfigS3Uri`)."""
    document: dict[str, object] = {
        "document-version": "2018-11-28",
        "labels": [{"label": category} for category in task.categories],
    }
    if task.type == "named_entities":
        text = f"<p>{escape(task.instructions)}</p>"
        document["instructions"] = {"shortInstruction": text, "fullInstruction": text}
    return json.dumps(document, indent=1) + "\n"
