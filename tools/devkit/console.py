"""Where things lie, what is said, how a foreseeable end looks, and how a step knows that it is done."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / ".dev"
OUT = ROOT / "out"
VENV = DEV / "venv"
BIN = DEV / "bin"
BIN_UNPATCHED = DEV / "bin-unpatched"
CONF = DEV / "odoo.conf"
DATA = DEV / "data"
LOGS = DEV / "log"
CLUSTER = DEV / "pg"
ADDON = "cremann_dunning"


class Stop(Exception):
    """A foreseeable end: `what` is missing or wrong, `mend` is the command that mends it."""

    def __init__(self, what: str, mend: str = ""):
        super().__init__(what)
        self.what, self.mend = what, mend


def say(text: str) -> None:
    """Progress goes to stderr, so that the output of `./dev shell` can be piped."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str):
    """Name what is being done, and how long it took."""
    say(f"· {title} ...")
    began = time.monotonic()
    yield
    say(f"  {title.partition(':')[0]}: done in {time.monotonic() - began:.1f} s")


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, indented for a message."""
    text = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return "\n".join("    " + line for line in text)


def logged(command: list, name: str, failed: str, mend: str = "", **kwargs) -> Path:
    """Run a command with its output in .dev/log/NAME.log; when it fails, stop and show the end of that log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("w") as out:
        code = subprocess.run(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **kwargs
        ).returncode
    if code:
        raise Stop(f"{failed} The end of {log.relative_to(ROOT)}:\n{tail(log)}", mend)
    return log


def digest(*parts: str | bytes) -> str:
    """A short hash of the parts, to name stamps and templates by."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part if isinstance(part, bytes) else part.encode())
        whole.update(b"\0")
    return whole.hexdigest()[:12]


def stamped(name: str, key: str) -> bool:
    """Whether the step NAME has ended before with these inputs."""
    stamp = DEV / "stamps" / name
    return stamp.is_file() and stamp.read_text() == key


def stamp(name: str, key: str) -> None:
    """Remember that the step NAME has ended with these inputs."""
    path = DEV / "stamps" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(key)


@contextlib.contextmanager
def locked(name: str, waiting: str):
    """Only one process at a time; the kernel frees the lock however the process ends."""
    path = DEV / "locks" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"· {waiting}, waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def need_space(gigabytes: int) -> None:
    """Say so before the disk is full rather than after."""
    free = shutil.disk_usage(ROOT).free / 2**30
    if free < gigabytes:
        raise Stop(f"Only {free:.1f} GB are free here; {gigabytes} are needed.", f"make room on the disk of {ROOT}")


def clean_env() -> dict[str, str]:
    """The caller's environment without what would lead PostgreSQL, Python or Odoo elsewhere."""
    drop = {
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONDONTWRITEBYTECODE",
        "VIRTUAL_ENV",
        "OPENERP_SERVER",
        "LANGUAGE",
        "PYTEST_ADDOPTS",
    }
    env = {key: value for key, value in os.environ.items() if key not in drop and not re.match(r"PG[A-Z]", key)}
    local = ",".join(filter(None, [env.get("no_proxy", env.get("NO_PROXY", "")), "localhost,127.0.0.1"]))
    return {
        **env,
        "LC_ALL": "C.UTF-8",
        "PYTHONPYCACHEPREFIX": str(DEV / "pycache"),
        "XDG_CACHE_HOME": str(DEV / "cache"),
        "no_proxy": local,
        "NO_PROXY": local,
    }


def os_release() -> dict[str, str]:
    """/etc/os-release as a dictionary; empty where there is none."""
    with contextlib.suppress(OSError):
        lines = Path("/etc/os-release").read_text().splitlines()
        return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    return {}
