"""Runs the notebooks of use cases without a person, in a kernel of their own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

_SEEN = """
import json as _json
_seen = _json.dumps({%s})
Path(%r).write_text(_seen)"""


def run(notebook: Path, environment: Mapping[str, str], home: Path, seen: Mapping[str, str]) -> dict[str, Any]:
    """Execute a copy of a notebook where it lies; an error in a cell is raised, with the cell.

    Args:
        notebook: its file, which is not changed.
        environment: of the kernel.
        home: its home, where the executed copy is left as well, for who looks for a failure.
        seen: expressions by name, which are evaluated at the end.

    Returns:
        The values of the expressions; and `pictures`, how many cells drew one.
    """
    document = nbformat.read(notebook, as_version=4)
    report = home / "seen.json"
    listed = ", ".join(f"{name!r}: {expression}" for name, expression in seen.items())
    document.cells.append(nbformat.v4.new_code_cell(_SEEN % (listed, str(report))))
    own = {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "MPLCONFIGDIR": str(home / "matplotlib"),
           "JUPYTER_RUNTIME_DIR": str(home / "runtime")}  # fmt: skip
    client = NotebookClient(document, timeout=240, resources={"metadata": {"path": str(notebook.parent)}})
    try:
        client.execute(env={**environment, **own})
    finally:
        nbformat.write(document, home / "executed.ipynb")
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    found: dict[str, Any] = json.loads(report.read_text())
    return {**found, "pictures": pictures}
