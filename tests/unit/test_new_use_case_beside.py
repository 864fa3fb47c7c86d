"""What a killed run left goes with the next one, which leaves alone what another run uses."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ops.new_use_case.beside import beside

HELD = """
import sys
from pathlib import Path
from ops.new_use_case.beside import beside
with beside(Path(sys.argv[1]), ".new-") as folder:
    (folder / "rows").write_text("many")
    print(folder.name, flush=True)
    sys.stdin.read()
"""


def test_a_folder_goes_with_its_run_or_with_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        used = tmp_path / other.stdout.readline().strip()
        with beside(tmp_path, ".new-") as own:
            assert {path.name for path in tmp_path.iterdir()} == {used.name, own.name}
        assert [path.name for path in tmp_path.iterdir()] == [used.name]
        os.kill(other.pid, signal.SIGKILL)
    assert (used / "rows").exists()
    with beside(tmp_path, ".new-") as own:
        assert [path.name for path in tmp_path.iterdir()] == [own.name]
    assert list(tmp_path.iterdir()) == []
