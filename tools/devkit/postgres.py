"""PostgreSQL: a cluster of our own in .dev/pg, on a Unix socket of its own."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

from .console import CLUSTER, DEV, Stop, clean_env, digest, locked, logged, remove, say, step

PG_PORT = "5432"  # part of the socket's file name only; nothing listens on TCP

# The data can be made anew at any time, so nothing waits for the disk. Tests roll everything back: a table that is
# vacuumed in the meantime is known as empty, and joins over it are planned as if it were. Whoever measures does so
# after VACUUM ANALYZE.
PG_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
port = {port}
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
autovacuum = off
"""


def pg_bin() -> Path | None:
    """The folder of PostgreSQL's programs: the version that made the cluster, or else the newest one from 13 on."""
    folders = {int(Path(path).parts[-2]): Path(path) for path in glob.glob("/usr/lib/postgresql/[0-9]*/bin")}
    folders = {version: path for version, path in folders.items() if version >= 13 and (path / "initdb").exists()}
    with contextlib.suppress(OSError, ValueError, KeyError):
        return folders[int((CLUSTER / "PG_VERSION").read_text())]
    if folders:
        return folders[max(folders)]
    found = shutil.which("initdb") and shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def fits_cluster() -> bool:
    """Whether the installed PostgreSQL can run the cluster; another major version cannot."""
    printed = subprocess.run([str(pg_bin() / "postgres"), "--version"], capture_output=True, text=True).stdout
    return f" {(CLUSTER / 'PG_VERSION').read_text().strip()}." in printed


def pg_user() -> pwd.struct_passwd:
    """The user PostgreSQL runs as: it refuses root, so root lends the work to an ordinary one."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "cremann-pg"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "cremann-pg"], check=True
    )
    return pwd.getpwnam("cremann-pg")


def as_pg_user() -> list[str]:
    """The prefix for PostgreSQL's own programs. A checkout beneath /root is closed to every other user: then the one
    capability to pass through closed folders goes along, which PostgreSQL does not mind."""
    if os.geteuid() != 0:
        return []
    user = pg_user()
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
    for extra in ([], ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]):
        if subprocess.run([*prefix, *extra, "ls", f"{DEV}/locks"], capture_output=True, cwd="/").returncode == 0:
            return prefix + extra
    raise Stop(
        f"PostgreSQL refuses to run as root, and the user {user.pw_name} cannot reach {DEV}.",
        "move the checkout to a folder every user can pass, such as /srv, or run ./dev as an ordinary user",
    )


def socket_dir() -> Path:
    """A socket's path has at most 107 bytes: a checkout deep down gets a folder in /tmp, named after it."""
    near = DEV / "run"
    if len(str(near)) < 85 and re.fullmatch(r"[\w/.+-]+", str(near), re.ASCII):
        return near
    return Path(f"/tmp/cremann-dunning-{os.geteuid()}-{digest(str(DEV))}")


def own_folder(path: Path) -> None:
    """A folder only the user of PostgreSQL (and root) may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid not in (os.geteuid(), pg_user().pw_uid):
        raise Stop(f"{path} belongs to somebody else.", f"rm -r {path}")
    os.chown(path, pg_user().pw_uid, pg_user().pw_gid)


def pg_run(name: str, program: str, *arguments: str, failed: str, mend: str = "") -> None:
    """Run one of PostgreSQL's server programs as the right user."""
    logged([*as_pg_user(), str(pg_bin() / program), *arguments], name, failed, mend, cwd="/", env=clean_env())


def make_cluster() -> None:
    """initdb under another name first, so that what bears the name is complete."""
    if (CLUSTER / "PG_VERSION").is_file():
        if fits_cluster():
            return
        say("  note: the PostgreSQL that made .dev/pg is gone; its databases are made anew")
        remove(CLUSTER)
    with step(f"PostgreSQL cluster in .dev/pg ({pg_bin()})"):
        part = DEV / "pg.part"
        remove(part)
        own_folder(part)
        options = ["-U", "odoo", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        pg_run("initdb", "initdb", "-D", str(part), *options, failed="The PostgreSQL cluster could not be made.")
        with (part / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'cremann.conf'\n")
        part.rename(CLUSTER)


def pg_ready() -> bool:
    """Whether the cluster answers on its socket."""
    command = [str(pg_bin() / "pg_isready"), "-q", "-h", str(socket_dir()), "-p", PG_PORT]
    return subprocess.run(command, env=clean_env()).returncode == 0


def start_cluster() -> None:
    """Start the cluster unless it runs; the settings are written each time, because a checkout can have moved."""
    if pg_ready():
        return
    own_folder(socket_dir())
    settings = CLUSTER / "cremann.conf"
    settings.write_text(PG_SETTINGS.format(socket=socket_dir(), port=PG_PORT))
    settings.chmod(0o644)
    log = CLUSTER / "server.log"
    options = ["-D", str(CLUSTER), "-w", "-t", "60", "-l", str(log)]
    failed = f"PostgreSQL did not start; its own log is {log}."
    pg_run("pg_ctl", "pg_ctl", *options, "start", failed=failed, mend="rm -rf .dev/pg; ./dev setup")


@contextlib.contextmanager
def cluster():
    """The running cluster. Every `./dev` that uses it holds a shared lock; the last to leave stops it."""
    with (DEV / "locks" / "cluster").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with locked("start", "another ./dev starts PostgreSQL"):
            start_cluster()
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with contextlib.suppress(Stop):
                    pg_run(
                        "pg_stop",
                        "pg_ctl",
                        "-D",
                        str(CLUSTER),
                        "-w",
                        "-m",
                        "fast",
                        "stop",
                        failed="PostgreSQL did not stop.",
                    )
