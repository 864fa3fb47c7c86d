"""A changed hash is opened: what differs is shown file by file, and what is the same is said to be the same."""

import ast
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Resource, Stack, Template
from ops.assembly.reading import read_assembly
from ops.review import pipeline_change, source
from ops.review.model import Action, Compared, Found, PropertyChange, Severity, Updates
from ops.review.source.differences import differences, shown_lines
from ops.review.source.files import files
from ops.review.source.reach import reached
from tests.unit.review_side_kit import write_assembly

OLD, NEW = "a" * 64, "b" * 64
ROOT = {
    "release/handler.py": "from release import logic\nfrom shared.items import item\n",
    "release/logic.py": "LIMIT = 1\n",
    "shared/items.py": "def item(): ...\n",
    "label/handler.py": "LIMIT = 1\n",
}


def written(folder: Path, contents: dict[str, str | bytes]) -> Path:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def of_function(before: Path, after: Path, handler: str = "release.handler.lambda_handler") -> Found:
    stacks, sides = [], []
    for hashed, asset in ((OLD, before), (NEW, after)):
        properties = {"Code": {"S3Key": f"{hashed}.zip"}, "Handler": handler, "Runtime": "python3.12"}
        sides.append(Resource("Release", "AWS::Lambda::Function", properties))
        stacks.append(Stack("dev", "dev-control", Template(), assets={hashed: asset}))
    change = PropertyChange("Properties.Code.S3Key", f"{OLD}.zip", f"{NEW}.zip", Updates.IN_PLACE)
    [found] = source.look(Compared(sides[0], sides[1], stacks[0], stacks[1], Action.UPDATE, (change,)))
    return found


def test_lines_that_differ(tmp_path: Path) -> None:
    after = {**ROOT, "release/logic.py": "LIMIT = 2\n", "release/steps.py": "STEP = 1\n"}
    after["release/handler.py"] += "from . import steps\n"
    found = of_function(written(tmp_path / "old", dict(ROOT)), written(tmp_path / "new", dict(after)))

    assert found.severity is Severity.LOW
    assert "3 files changed, +3 -1 lines: release/handler.py, release/logic.py, release/steps.py (added)" in found.text
    assert "--- release/logic.py\n+++ release/logic.py\n@@ -1 +1 @@\n-LIMIT = 1\n+LIMIT = 2" in found.detail
    assert "\n+++ release/steps.py\n@@ -0,0 +1 @@\n+STEP = 1" in found.detail


def test_files_of_another_function(tmp_path: Path) -> None:
    after = {**ROOT, "label/handler.py": "LIMIT = 2\n"}
    found = of_function(written(tmp_path / "old", dict(ROOT)), written(tmp_path / "new", dict(after)))

    assert found.severity is Severity.INFO
    assert "The code is the same: of what it is packed with 1 file changed, +1 -1 lines: label/handler.py" in found.text
    assert not found.detail


def test_what_is_imported_at_run_time_cannot_be_told(tmp_path: Path) -> None:
    before = {**ROOT, "release/logic.py": "import importlib\n"}
    after = {**before, "label/handler.py": "LIMIT = 2\n"}
    found = of_function(written(tmp_path / "old", dict(before)), written(tmp_path / "new", dict(after)))

    assert found.severity is Severity.LOW
    assert "label/handler.py" in found.text


def test_the_same_content_under_another_hash(tmp_path: Path) -> None:
    zipped = tmp_path / "asset.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for name, content in ROOT.items():
            archive.writestr(name, content)
    found = of_function(written(tmp_path / "old", dict(ROOT)), zipped)

    assert found.severity is Severity.INFO
    assert "The code is the same, file by file: only its hash goes from aaaaaaaa to bbbbbbbb" in found.text


def test_what_does_not_lie_beside_the_template(tmp_path: Path) -> None:
    found = of_function(tmp_path / "gone", written(tmp_path / "new", dict(ROOT)))

    assert found.severity is Severity.LOW
    assert "what is in it does not lie beside the template" in found.text


def test_binary_large_and_many(tmp_path: Path) -> None:
    before: dict[str, str | bytes] = {
        "model.bin": b"\0\1\2",
        "table.csv": "x" * 200_000,
        "long.py": "".join(f"a{n}\n" for n in range(500)),
    }
    after: dict[str, str | bytes] = {
        "model.bin": b"\0\1\2\3",
        "table.csv": "y" * 200_001,
        "long.py": "".join(f"b{n}\n" for n in range(500)),
    }
    shown = shown_lines(differences(written(tmp_path / "old", dict(before)), written(tmp_path / "new", dict(after))))

    assert "+++ model.bin\n... 3 bytes -> 4 bytes, not shown: no text, or large" in shown
    assert "... 200000 bytes -> 200001 bytes, not shown" in shown
    assert "... 881 more lines" in shown

    for side in ("old", "new"):
        written(tmp_path / side, {f"{n:02}.py": "".join(f"{side}{n}\n" for n in range(60)) for n in range(20)})
    differences.cache_clear()
    shown = shown_lines(differences(tmp_path / "old", tmp_path / "new"))
    assert len(shown.splitlines()) < 600
    assert "more files:" in shown.splitlines()[-1]


def test_zips_in_folders_are_opened(tmp_path: Path) -> None:
    for side, content in (("old", "A = 1\n"), ("new", "A = 2\n")):
        (tmp_path / side).mkdir()
        with zipfile.ZipFile(tmp_path / side / "layer.zip", "w") as archive:
            archive.writestr("python/a.py", content)
    [difference] = differences(tmp_path / "old", tmp_path / "new")

    assert difference.name == "layer.zip/python/a.py"
    assert difference.lines[1:] == ("-A = 1", "+A = 2")


def test_links_and_broken_zips_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret\n")
    asset = written(tmp_path / "asset", {"broken.zip": b"PK\x03\x04 no zip", "a.py": "A = 1\n"})
    (asset / "link").symlink_to(secret)
    (asset / "folder").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(asset / "pipe")
    found = files(asset)

    assert set(found) == {"a.py", "broken.zip", "link", "folder", "pipe"}
    assert found["pipe"].mark == "no file"
    assert found["link"].content is None
    assert found["link"].mark == f"link to {secret}"


def test_a_zip_that_would_fill_the_memory_stays_closed(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"{number}.txt", b"\0" * 10_000_000)

    assert list(files(bomb)) == ["the file"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("release.handler.lambda_handler", {"release/handler.py", "release/logic.py", "shared/items.py"}),
        ("label.handler.lambda_handler", {"label/handler.py"}),
        ("missing.handler", None),
        ("index.js", None),
    ],
)
def test_what_a_handler_reaches(tmp_path: Path, name: str, expected: set[str] | None) -> None:
    assert reached(written(tmp_path, dict(ROOT)), name) == expected


def of_pipeline(before: Path, after: Path) -> list[Found]:
    stacks, sides = [], []
    for hashed, asset in ((OLD, before), (NEW, after)):
        step = f'{{"Name": "Prepare", "Type": "RegisterModel", "Arguments": {{"Code": "s3://assets/{hashed}.zip"}}}}'
        body = f'{{"Steps": [{step}, {step.replace("Prepare", "Evaluate")}]}}'
        properties = {"PipelineDefinition": {"PipelineDefinitionBody": body}}
        sides.append(Resource("Pipeline", "AWS::SageMaker::Pipeline", properties))
        stacks.append(Stack("dev", "dev-training", Template(), assets={hashed: asset}))
    return list(pipeline_change.look(Compared(sides[0], sides[1], stacks[0], stacks[1], Action.UPDATE, ())))


def test_code_of_steps_and_the_gate_that_it_holds(tmp_path: Path) -> None:
    gates = ['{"gate": [{"metric": "auc.value", "at_least": 0.6, "at_most": null}, {"metric": "loss", "at_most": 1}]}']
    gates.append(gates[0].replace("0.6", "0.5").replace('"at_most": 1', '"at_most": 0.5'))
    sides = [
        written(
            tmp_path / str(number),
            {"pipelines_src/flight_delays/use_case.json": gate, "__main__.py": f"N = {number}\n"},
        )
        for number, gate in enumerate(gates)
    ]
    found = of_pipeline(*sides)

    assert [(one.severity, one.text.partition(":")[0]) for one in found] == [
        (Severity.HIGH, "The gate of flight_delays is loosened, from auc.value ≥ 0.6 to 0.5"),
        (Severity.LOW, "The gate of flight_delays is tightened, from loss ≤ 1 to 0.5"),
        (Severity.LOW, "The code of steps Prepare, Evaluate changes"),
    ]
    assert "+N = 1" in found[-1].detail


def test_code_of_steps_that_is_the_same(tmp_path: Path) -> None:
    [found] = of_pipeline(*(written(tmp_path / side, dict(ROOT)) for side in ("old", "new")))

    assert found.severity is Severity.INFO
    assert "The code of steps Prepare, Evaluate is the same, file by file" in found.text


def test_a_stack_finds_files_that_another_one_brought(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"dev-training": {"Resources": {}}, "dev-batch": {"Resources": {}}})
    below = tmp_path / "assembly-Dev"
    manifest = json.loads((below / "manifest.json").read_text())
    manifest["artifacts"]["dev-training"]["dependencies"] = ["files"]
    manifest["artifacts"]["files"] = {"type": "cdk:asset-manifest", "properties": {"file": "files.json"}}
    (below / "manifest.json").write_text(json.dumps(manifest))
    (below / "files.json").write_text(
        json.dumps(
            {
                "files": {OLD: {"source": {"path": f"../asset.{OLD}"}}},
                "dockerImages": {NEW: {"source": {"directory": f"../asset.{NEW}"}}, "odd": [], "odder": {"source": 1}},
            }
        )
    )

    assert [set(stack.assets) for stack in read_assembly(tmp_path).stacks] == [{OLD, NEW}, {OLD, NEW}]


def test_imports_are_found_by_their_words_as_by_parsing() -> None:
    """On the real functions: none is missed, so what is said to be another function's code is."""
    root = Path(__file__).parents[2] / "lambda"
    names = {path.relative_to(root).as_posix() for path in root.rglob("*.py")}
    for name in sorted(name for name in names if name.endswith("handler.py")):
        handler = f"{name.removesuffix('.py').replace('/', '.')}.lambda_handler"
        words = reached(root, handler)
        parsed = by_parsing(root, name, names)
        assert words is not None, handler
        assert parsed <= words < names, handler


def by_parsing(root: Path, start: str, names: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found or name not in names:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((root / name).read_text())):
            if isinstance(node, ast.Import):
                waiting += [f"{alias.name.replace('.', '/')}.py" for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                module = node.module.replace(".", "/")
                waiting += [f"{module}.py", *(f"{module}/{alias.name}.py" for alias in node.names)]
    return found


def test_files_that_are_no_use_case_and_ends_of_lines(tmp_path: Path) -> None:
    gates = ['{"gate": [{"metric": "auc", "at_least": 0.5}]}', '{"gate": []}', "{", '{"gate": [1]}']
    old = written(tmp_path / "old", {f"{number}/use_case.json": gate for number, gate in enumerate(gates)})
    new = written(
        tmp_path / "new", {**{f"{number}/use_case.json": "[]" for number in (1, 2)}, "0/use_case.json": gates[1]}
    )
    found = of_pipeline(old, new)

    assert found[0].text == "The gate of 0 is loosened, without auc ≥ 0.5: worse models pass"
    assert len(found) == 2

    for side, content in (("dos", b"a = 1\r\n"), ("unix", b"a = 1\n"), ("latin", b"a = '\xe9'\n")):
        written(tmp_path / side, {"a.py": content})
    assert "+a = 1" in shown_lines(differences(tmp_path / "dos", tmp_path / "unix"))
    assert "not shown: no text" in shown_lines(differences(tmp_path / "unix", tmp_path / "latin"))


@given(st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_a_zip_with_a_wrong_byte_is_read_or_left_closed(place: int, byte: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", "a = 1\n" * 20)
        archive.writestr("b/c.py", "c = 1\n")
    content = bytearray(stream.getvalue())
    content[place % len(content)] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asset.zip"
        path.write_bytes(content)
        assert files(path)
