"""Split, a model and collect in one process; batch transform is the local cloud's own splitting and joining."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.use_case import UseCase as Schema
from local_cloud.sagemaker.jobs import records
from pipelines_src.job_code import settings
from pipelines_src.steps import archives
from pipelines_src.steps.batch import collect, split
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.scoring import Refusal, Scorer
from pipelines_src.steps.use_case import UseCase

JSON_LINES = "application/jsonlines"
PROBLEMS: dict[str, dict[str, Any]] = {
    "binary_classification": {"label": "y"},
    "multiclass_classification": {"label": "y", "classes": ["low", "middle", "high"]},
    "regression": {"label": "y"},
    "clustering": {"label": None},
}
_GATES = {
    "binary_classification": "auc.value",
    "multiclass_classification": "accuracy.value",
    "regression": "mae_skill_over_incumbent.lower",
    "clustering": "variance_explained.lower",
}


def document(problem: str = "binary_classification", **train: Any) -> str:
    """The content of use_case.json: one time, one number, one text."""
    kmeans = {"algorithm": "kmeans", "k": 2} if problem == "clustering" else {}
    features = [{"name": "size", "type": "number", "missing": "mean"}]
    return settings(
        Schema.model_validate(
            {
                "name": "toy",
                "description": "A toy",
                "problem": problem,
                "data": {
                    "raw": {"t": ["at", "size", "kind", "y", "number"]},
                    "record": [
                        {"name": "at", "type": "time", "required": True},
                        {"name": "size", "type": "number"},
                        {"name": "kind", "type": "text"},
                    ],
                    "id": "number",
                    "features": features,
                    **PROBLEMS[problem],
                },
                "split": {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2},
                "train": {**kmeans, **train},
                "gate": [{"metric": _GATES[problem], "at_least": 0.0}],
            }
        )
    )


def use_case(problem: str = "binary_classification", **train: Any) -> UseCase:
    """The same as the steps see it."""
    return UseCase.from_document(json.loads(document(problem, **train)))


class Run:
    """One run in a folder: `files` are name to content."""

    def __init__(self, folder: Path, files: Mapping[str, bytes], use_case_json: str | None = None) -> None:
        self.splitting, self.collecting = Folders(folder / "split"), Folders(folder / "collect")
        asked = {"run": "r1", "files": [{"file": name} for name in files], "refused": []}
        for folders in (self.splitting, self.collecting):
            folders.input("request").mkdir(parents=True)
            (folders.input("request") / "request.json").write_text(json.dumps(asked))
        self.splitting.input("model").mkdir()
        archives.write(
            self.splitting.input("model") / "model.tar.gz",
            {"use_case.json": (use_case_json or document()).encode(), "xgboost-model": b"?"},
        )
        for name, content in files.items():
            path = self.splitting.input("incoming") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def split(self) -> dict[str, Any]:
        """Run the first job; return its counts."""
        split.run(use_case(), self.splitting)
        return dict(json.loads((self.splitting.output("split") / "split.json").read_text()))

    def parts(self) -> list[Path]:
        return sorted(self.splitting.output("records").glob("*"))

    def transform(self, scorer: Scorer, lines_a_request: int = 50) -> None:
        """Do as the transform step asks batch transform: one line a record, the part `$.record`, joined."""
        target = self.collecting.input("transformed")
        target.mkdir(parents=True)
        chosen = records.Filter("$.record")
        for path in self.parts():
            lines, out = path.read_text().splitlines(), io.StringIO()
            for first in range(0, len(lines), lines_a_request):
                group = [json.loads(line) for line in lines[first : first + lines_a_request]]
                sent = "\n".join(records.write(chosen.apply(line), "json") for line in group)
                answer = scorer.respond_each(sent, JSON_LINES, JSON_LINES)
                assert not isinstance(answer, Refusal)
                for line, predicted in zip(group, answer[0].splitlines(), strict=True):
                    out.write(json.dumps(records.join(line, json.loads(predicted), "json")) + "\n")
            (target / f"{path.name}.out").write_text(out.getvalue())

    def collect(self) -> dict[str, Any]:
        """Run the last job; return its report."""
        for name in ("split", "unreadable"):
            if not self.collecting.input(name).exists():
                self.collecting.input(name).symlink_to(self.splitting.output(name))
        collect.run(use_case(), self.collecting)
        return dict(json.loads((self.collecting.output("report") / "report.json").read_text()))

    def results(self, file: str) -> list[dict[str, Any]]:
        text = (self.collecting.output("results") / f"{file}.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def errors(self) -> list[dict[str, Any]]:
        text = (self.collecting.output("errors") / "errors.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]
