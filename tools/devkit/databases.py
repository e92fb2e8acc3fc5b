"""Databases: two cached templates (Odoo with accounting; that plus the addon), and throw-away copies of them."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from .console import ADDON, CONF, DATA, DEV, ROOT, Stop, digest, locked, logged, say, step
from .environment import odoo, odoo_script, tool_env
from .odoo_source import odoo_identity
from .postgres import pg_bin

# payment_demo: the provider with which tests pay online
BASE_MODULES = [
    *("account", "account_payment", "portal", "mail", "payment_demo"),
    *("l10n_nl", "l10n_be", "account_qr_code_sepa"),
]
# English first: the first one becomes the language of the administrator and of new partners.
BASE_LANGUAGES = ["en_US", "nl_NL", "fr_FR"]
# Raise it when the way a template is made changes, so that cached ones are made anew.
TEMPLATE_RECIPE = "3"
ASSETS = ROOT / "tools" / "pregenerate_assets.py"
NO_OUTSIDE = ROOT / "tools" / "no_outside.py"


def psql(sql: str, database: str = "postgres") -> list[str]:
    """Run one statement as superuser; the rows, columns parted by |."""
    done = subprocess.run(
        [str(pg_bin() / "psql"), "-XAtqc", sql, database], env=tool_env(), capture_output=True, text=True
    )
    if done.returncode:
        raise Stop(f"PostgreSQL refused: {done.stderr.strip()}")
    return done.stdout.splitlines()


def databases() -> list[str]:
    """Every database of the cluster that this script made."""
    return psql("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")


def filestore(name: str) -> Path:
    """Where Odoo keeps the attachments of a database."""
    return DATA / "filestore" / name


def drop_database(name: str) -> None:
    """Drop a database and its attachments, whoever is still connected."""
    psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy_database(source: str, target: str) -> None:
    """Copy a database in about a second. Attachments never change once written, so hard links do for them."""
    try:
        psql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    except Stop as stop:
        if "being accessed by other users" not in stop.what:
            raise
        dump_into(source, target)
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link, dirs_exist_ok=True)


def dump_into(source: str, target: str) -> None:
    """The slower way to copy, for a database that is being served."""
    psql(f'CREATE DATABASE "{target}" TEMPLATE template0')
    dump, load = shlex.quote(str(pg_bin() / "pg_dump")), shlex.quote(str(pg_bin() / "psql"))
    pipe = f"{dump} {shlex.quote(source)} | {load} -Xq -v ON_ERROR_STOP=1 {shlex.quote(target)}"
    logged(["sh", "-c", pipe], "copy", f"The database {source} could not be copied.", env=tool_env())


def rename_database(source: str, target: str) -> None:
    """Give a database that is complete the name it is looked for by."""
    shutil.rmtree(filestore(target), ignore_errors=True)
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))
    psql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def drop_leftovers() -> None:
    """Drop the databases of runs that were killed, and templates that were not used for the longest time."""
    for name in databases():
        owner = re.match(r"(?:run|build)_(\d+)", name)
        if owner and not alive(int(owner[1])):
            drop_database(name)
    for kind, keep in (("base", 2), ("addon", 3)):
        templates = [name for name in databases() if name.startswith(f"{kind}_")]
        templates.sort(key=last_used, reverse=True)
        for name in templates[keep:]:
            with contextlib.suppress(Stop):
                psql(f'DROP DATABASE "{name}"')  # no force: another ./dev may be copying it
                shutil.rmtree(filestore(name), ignore_errors=True)
                (DEV / "templates" / name).unlink(missing_ok=True)
                (DEV / "pot" / f"{name}.pot").unlink(missing_ok=True)


def last_used(template: str) -> float:
    """When a template was last asked for."""
    with contextlib.suppress(OSError):
        return (DEV / "templates" / template).stat().st_mtime
    return 0.0


@contextlib.contextmanager
def throw_away(source: str):
    """A copy of a database that is gone afterwards. Its name carries our process number, see drop_leftovers()."""
    drop_leftovers()
    name = f"run_{os.getpid()}_{time.monotonic_ns() % 10**6}"
    copy_database(source, name)
    try:
        yield name
    finally:
        for database in [name, *(other for other in databases() if other.startswith(f"{name}-"))]:
            drop_database(database)


def install(database: str, log_name: str, *arguments: str, conf: Path = CONF) -> None:
    """Install modules into a database. What Odoo logs as an error stops us, even where Odoo itself went on; warnings
    about the addon are shown, those about running as root and the like are for servers."""
    command = odoo("server", database, "--no-http", "--stop-after-init", "--log-level=warn", *arguments, conf=conf)
    log = logged(command, log_name, "Odoo could not install the modules.", env=tool_env(), cwd=ROOT)
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if re.search(r" (ERROR|CRITICAL) ", line)]
    for line in [*errors, *(line for line in lines if " WARNING " in line and ADDON in line)][:20]:
        say("    " + line)
    if errors:
        raise Stop(f"Odoo logged errors while it installed, see {log.relative_to(ROOT)}.")


def build(name: str, title: str, source: str | None, fill) -> str:
    """A template database of that name, made from SOURCE (or from nothing) by FILL(database) unless it is there."""
    with locked(name.partition("_")[0], "another ./dev makes the same database"):
        if name not in databases():
            part = f"build_{os.getpid()}"
            with step(title):
                drop_database(part)
                if source:
                    copy_database(source, part)
                try:
                    fill(part)
                except Stop:
                    drop_database(part)
                    raise
                rename_database(part, name)
    (DEV / "templates").mkdir(exist_ok=True)
    (DEV / "templates" / name).touch()  # see last_used()
    return name


def base_template() -> str:
    """Odoo with accounting, the Dutch and Belgian charts and the languages; made once per version of Odoo."""
    packages = (ROOT / "requirements.txt").read_bytes()
    key = digest(TEMPLATE_RECIPE, odoo_identity(), packages, *BASE_MODULES, *BASE_LANGUAGES)

    def fill(database: str) -> None:
        languages = ",".join(BASE_LANGUAGES)
        install(database, "base", "-i", ",".join(BASE_MODULES), f"--load-language={languages}")
        odoo_script(database, NO_OUTSIDE)
        odoo_script(database, ASSETS)

    contents = f"{', '.join(BASE_MODULES)} in {', '.join(BASE_LANGUAGES)}"
    return build(f"base_{key}", f"template database: {contents}", None, fill)


def addon_files() -> list[Path]:
    """Every file of the addon that can change what is in a database."""
    files = (path for path in (ROOT / ADDON).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path for path in files if "__pycache__" not in path.parts)


def addon_template() -> str:
    """The base template plus the addon as it stands; made anew whenever a file of the addon has changed."""
    base = base_template()
    key = digest(base, *(part for path in addon_files() for part in (str(path.relative_to(ROOT)), path.read_bytes())))

    def fill(database: str) -> None:
        install(database, "addon", "-i", ADDON)
        if '"assets"' in (ROOT / ADDON / "__manifest__.py").read_text():
            odoo_script(database, ASSETS)

    return build(f"addon_{key}", f"{ADDON} into a copy of it", base, fill)
