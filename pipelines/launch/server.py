"""The process that runs are forked from: `python -m pipelines.launch.server`.

It loads the register's definitions once and waits at a socket in `$DAGSTER_HOME`, which its owner alone can open. For each run that it is
asked for it forks: the child begins when whoever asked says so, so that no run is begun twice or by nobody's word. It ends when its
standard input is closed, which whoever started it holds open; children go on without it.

A process may only be forked while it has one thread: DuckDB and Dagster's storage are closed by then, and a server that has
more threads ends, so that runs are started in the ordinary way.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipelines.launch.process import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    CarryOut = Callable[[str], None]

SOCKET, LOCK = "launcher.socket", "launcher.lock"
GO, STALE = b"go\n", b"stale\n"
HOW, ALIVE = b'{"run": null}', b"alive\n"
_LONGEST = 4096
_PATIENCE_SECONDS = 10
_LOADED = ("pipelines", "assets", "resources", "sql")


def at(folder: Path) -> tuple[int, str]:
    """A folder, opened, and a short path of the socket in it, for a socket's path has at most 107 characters."""
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    return opened, f"/proc/self/fd/{opened}/{SOCKET}"


def main() -> None:
    """Load everything, then serve until standard input is closed."""
    folder = Path(os.environ["DAGSTER_HOME"])
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    os.fchmod(lock, 0o600)  # whoever made it, and with whatever mask
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another one serves, or is about to
    before = _state(folder)
    carry_out = _load()
    if _threads() != 1:
        sys.exit("The process that runs are forked from has more than one thread: runs are started in the ordinary way.")
    _serve(folder, before, carry_out)


def _load() -> CarryOut:
    """Import what a run needs, and resolve its jobs; DuckDB is closed after. Gives what carries out a run."""
    import duckdb  # noqa: PLC0415
    from dagster._core.definitions.reconstruct import repository_def_from_target_def  # noqa: PLC0415

    from pipelines.launch.run import opened  # noqa: PLC0415
    from pipelines.launch.warm import warm  # noqa: PLC0415
    from pipelines.location import defs  # noqa: PLC0415

    repository = repository_def_from_target_def(defs)
    for job in repository.get_all_jobs() if repository is not None else ():
        job.get_subset()
    carry_out = opened()
    warm()
    duckdb.default_connection().close()  # importing it opens one, with threads
    gc.collect()
    gc.freeze()  # what is loaded is never looked at again, so its pages stay shared with the children
    return carry_out


def _serve(folder: Path, before: str, carry_out: CarryOut) -> None:
    opened, path = at(folder)
    with suppress(FileNotFoundError):
        (folder / SOCKET).unlink()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    (folder / SOCKET).chmod(0o600)
    listening.listen(64)
    os.close(opened)
    waking, woken = socket.socketpair()
    for end in (waking, woken, listening):
        end.settimeout(0)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to be woken
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for whoever holds standard input
    children: dict[int, str] = {}
    with selectors.DefaultSelector() as selector:
        for readable in (listening, waking, sys.stdin):
            selector.register(readable, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if sys.stdin in ready and not os.read(sys.stdin.fileno(), _LONGEST):
                break
            if waking in ready:
                with suppress(BlockingIOError):
                    waking.recv(_LONGEST)
            _reap(children)
            if listening in ready:
                _answer(listening, lambda: _state(folder) != before, carry_out, children)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    with suppress(FileNotFoundError):
        (folder / SOCKET).unlink()


def _answer(listening: socket.socket, has_changed: Callable[[], bool], carry_out: CarryOut, children: dict[int, str]) -> None:
    """Fork a child for the run that is asked for, or say how it is; begin anew where what was loaded has changed since."""
    try:
        asking, _ = listening.accept()
    except BlockingIOError:
        return
    with asking:
        asking.settimeout(_PATIENCE_SECONDS)
        with suppress(OSError, ValueError, LookupError, TypeError):
            run = json.loads(asking.recv(_LONGEST))["run"]
            if run is None:
                asking.sendall(ALIVE)
                return
            if has_changed():
                asking.sendall(STALE)
                os.execv(sys.executable, [sys.executable, "-m", "pipelines.launch.server"])  # noqa: S606 - this very program
            child = os.fork()
            if child == 0:
                _begin(asking, str(run), carry_out)
            children[child] = str(run)
            asking.sendall(name_of(child).encode() + b"\n")


def _begin(asking: socket.socket, run: str, carry_out: CarryOut) -> NoReturn:
    """In the child: wait for the word, then carry out the run."""
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)  # a run's events tell of it; what it prints goes nowhere
        os.closerange(3, asking.fileno())  # the lock, the socket and whoever started the server are the server's alone
        os.closerange(asking.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        if asking.recv(len(GO)) == GO:
            carry_out(run)
        status = 0
    finally:
        os._exit(status)


def _reap(children: dict[int, str]) -> None:
    """Take note of children that ended; of one that was killed, another says that its run has failed."""
    while (ended := _ended())[0]:
        child, status = ended
        run = children.pop(child, None)
        if run is None or status == 0:
            continue  # one of before what was loaded changed is found by Dagster's monitoring
        reporter = os.fork()
        if reporter == 0:
            try:
                from pipelines.launch.run import settle  # noqa: PLC0415

                settle(run)
            finally:
                os._exit(0)
        os.waitpid(reporter, 0)


def _ended() -> tuple[int, int]:
    """A child that ended, and how; 0 where there is none."""
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _state(dagster: Path) -> str:
    """What was loaded, as it stands on the disk: names, sizes and times of the register's files, the program's, Dagster's settings."""
    from resources.register import register_folder  # noqa: PLC0415

    program = Path(__file__).parents[2]
    folders = (register_folder(), *(program / name for name in _LOADED))
    return "\n".join([_line(dagster / "dagster.yaml"), *(line for folder in folders for line in sorted(_files(folder)))])


def _files(folder: Path) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if each != "__pycache__"]
        for each in files:
            yield _line(f"{path}/{each}")


def _line(file: str | Path) -> str:
    status = os.stat(file)  # noqa: PTH116 - hundreds of them, each time that a run begins
    return f"{file} {status.st_size} {status.st_mtime_ns}"


if __name__ == "__main__":
    main()
