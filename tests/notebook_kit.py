"""Runs the notebooks of use cases without a person."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


def run(notebooks: Mapping[Path, str], environment: Mapping[str, str], home: Path) -> list[dict[str, Any]]:
    """Execute copies of notebooks, one after the other in one kernel; an error in a cell is raised, with the cell.

    Args:
        notebooks: their files, which are not changed, of one repository; of each a dictionary, as Python, that is
            evaluated at its end.
        environment: of the kernel.
        home: its home, where the executed copy is left as well, for who looks for a failure.

    Returns:
        Of each its dictionary; and `pictures`, how many cells drew one, and `printed`.
    """
    document, ends = nbformat.v4.new_notebook(), []
    for notebook, seen in notebooks.items():
        document.cells += nbformat.read(notebook, as_version=4).cells
        document.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({seen}))"))
        ends.append(len(document.cells))
    own = {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "MPLCONFIGDIR": str(home / "matplotlib")}
    where = {"metadata": {"path": str(next(iter(notebooks)).parent)}}
    with tempfile.TemporaryDirectory() as short:  # a socket's path has at most 107 characters
        # TCP would let everybody on this machine in.
        kernel = AsyncKernelManager(transport="ipc", connection_file=f"{short}/kernel.json")
        client = NotebookClient(document, km=kernel, timeout=240, resources=where)
        try:
            client.execute(env={**environment, **own}, cleanup_kc=True)
        finally:
            nbformat.write(document, home / "executed.ipynb")
    return [_result(document.cells[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _result(cells: Sequence[Any]) -> dict[str, Any]:
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    printed = [output.text for output in outputs if output.get("name") == "stdout"]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    return {**json.loads(printed[-1]), "pictures": pictures, "printed": "".join(printed[:-1])}
