"""Start a job's program in its container-like surroundings; a program of its own, with the standard library only.

`python -I -S launcher.py SPEC -- ARGV`, where SPEC is JSON: `base` (the job's folder), `private_base` (make `ml`
in it /opt/ml, and `hosts` in it /etc/hosts if it is there), `isolate_network`, `network_of` (a process whose network
to share), `private_pids`, `parent` (the server's process id). What the system does not allow is left out by the caller,
who asks `launcher.py --probe` once.

The launcher stays as the parent of the program. When the server dies, the kernel ends the launcher (PR_SET_PDEATHSIG),
and with it everything the program started: with `private_pids` because the first process of a PID namespace takes all
others with it, otherwise because the program's process group is ended.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_NEW_NS, _NEW_USER, _NEW_PID, _NEW_NET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 8192, 16384, 1 << 18
_PR_SET_PDEATHSIG = 1
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True)


def probe() -> dict[str, bool]:
    """Return what this system lets a job have, by trying it in a child process."""
    abilities = {"private_base": False, "isolate_network": False, "private_pids": False}
    if not _LINUX:
        return abilities
    for name in abilities:
        with tempfile.TemporaryDirectory() as base:
            (Path(base) / "ml").mkdir()
            abilities[name] = _works({**dict.fromkeys(abilities, False), name: True, "base": base})
    return abilities


def _works(spec: dict[str, Any]) -> bool:
    child = os.fork()
    if child == 0:
        try:
            _enter(spec)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _enter(spec: dict[str, Any]) -> None:
    """Go into the namespaces; OSError if the system refuses one."""
    flags = _NEW_NS if spec["private_base"] else 0
    flags |= _NEW_NET if spec["isolate_network"] else 0
    flags |= _NEW_PID if spec["private_pids"] else 0
    user, group = os.geteuid(), os.getegid()
    joined = spec.get("network_of")
    if joined:
        _join_network(joined, with_user=user != 0)
    if not flags:
        return
    if user != 0 and not joined:
        flags |= _NEW_USER
    _check(_libc.unshare(flags), "unshare")
    if flags & _NEW_USER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    if spec["isolate_network"]:
        _loopback_up()
    if spec["private_base"]:
        _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
        _make_opt_ml(Path(spec["base"]))


def _join_network(process: int, with_user: bool) -> None:
    # Both are opened before either is entered: inside the user namespace the other may not be readable any more.
    kinds = ["user", "net"] if with_user else ["net"]
    handles = [os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY) for kind in kinds]
    for handle in handles:
        _check(_libc.setns(handle, 0), "setns")
        os.close(handle)


def _make_opt_ml(base: Path) -> None:
    # A new /opt beside the old one, with the old entries bound into it: the machine's own /opt stays untouched.
    opt = base / "opt"
    opt.mkdir(exist_ok=True)
    _mount("tmpfs", str(opt), "tmpfs", _MS_NOSUID | _MS_NODEV)
    for entry in Path("/opt").iterdir():
        target = opt / entry.name
        if entry.name == "ml":
            continue
        if entry.is_symlink():
            target.symlink_to(entry.readlink())
        elif entry.is_dir():
            target.mkdir()
            _mount(str(entry), str(target), None, _MS_BIND | _MS_REC)
        else:
            target.touch()
            _mount(str(entry), str(target), None, _MS_BIND)
    (opt / "ml").mkdir()
    _mount(str(base / "ml"), str(opt / "ml"), None, _MS_BIND)
    _mount(str(opt), "/opt", None, _MS_MOVE)
    if (base / "hosts").exists():
        _mount(str(base / "hosts"), "/etc/hosts", None, _MS_BIND)


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    kind_bytes = kind.encode() if kind else None
    _check(_libc.mount(source.encode(), target.encode(), kind_bytes, ctypes.c_ulong(flags), None), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _die_with_parent(parent: int) -> None:
    if _LINUX:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:  # it died before the kernel knew that we care
        os._exit(137)


def _run(spec: dict[str, Any], argv: list[str]) -> int:
    """Fork the program, wait for it, and return its exit code as a shell would give it."""
    _enter(spec)
    _die_with_parent(spec["parent"])  # entering a user namespace clears it
    me = os.getpid()
    child = os.fork()
    if child == 0:
        _die_with_parent(0 if spec["private_pids"] else me)
        if spec["private_pids"]:
            _as_first_process(argv, spec["private_base"])
        _exec(argv)
    return _wait(child, None if _LINUX else spec["parent"])


def _as_first_process(argv: list[str], own_mounts: bool) -> None:
    # The first process of a PID namespace ignores signals it has no handler for, and inherits orphans: not the
    # program's business, so it runs one below.
    if own_mounts:
        with contextlib.suppress(OSError):  # a masked /proc; only tools such as ps would show the difference
            _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    child = os.fork()
    if child == 0:
        _exec(argv)
    os._exit(_wait(child, None))


def _exec(argv: list[str]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - running what the job says is the purpose
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def _wait(child: int, watched_parent: int | None) -> int:
    # Where the kernel does not tell about a parent's death, look for it.
    while True:
        try:
            pid, status = os.waitpid(-1 if watched_parent is None else child, os.WNOHANG if watched_parent else 0)
        except ChildProcessError:
            return 1
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if watched_parent is not None:
            if os.getppid() != watched_parent:
                os.killpg(0, signal.SIGKILL)
            time.sleep(0.1)


def main(arguments: list[str]) -> int:
    """Run as the module's text says; `--probe` prints what the system allows."""
    if arguments == ["--probe"]:
        print(json.dumps(probe()))
        return 0
    spec = json.loads(arguments[0])
    # The program gets the signal through the process group; the launcher only waits for what it makes of it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent(spec["parent"])
    return _run(spec, arguments[arguments.index("--") + 1 :])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
