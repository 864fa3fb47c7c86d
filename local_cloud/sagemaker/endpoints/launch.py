"""Start a model's command as a well-kept child: run as a script, `launch.py ISOLATE PARENT DESCRIPTOR COMMAND...`.

It ends with its parent, has no network but its own loopback if ISOLATE is 1 and the system allows it, and finds the
listening socket at descriptor 3 (systemd's protocol). It imports little, since it runs before every model.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x41
_LISTEN_DESCRIPTOR = 3


def main() -> None:
    """Prepare this process and become the command."""
    isolate, parent, descriptor, *command = sys.argv[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if isolate == "1" and not _leave_the_network(libc):
            print("This system allows no private network: the model runs with the host's.", file=sys.stderr, flush=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # after unshare, which may clear it
    if os.getppid() != int(parent):
        sys.exit("the local cloud has ended")
    os.dup2(int(descriptor), _LISTEN_DESCRIPTOR, inheritable=True)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execvp(command[0], command)  # noqa: S606 - the command comes from the local cloud's table of images


def _leave_the_network(libc: ctypes.CDLL) -> bool:
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNET) != 0:
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            return False
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", _IFF_UP_RUNNING, b""))
    return True


if __name__ == "__main__":
    main()
