"""What Odoo, pytest and PostgreSQL's clients are told: environment, configuration, command lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .console import BIN, BIN_UNPATCHED, CONF, DATA, DEV, ROOT, VENV, Stop, clean_env
from .odoo_source import odoo_root
from .postgres import PG_PORT, pg_bin, socket_dir


def tool_env() -> dict[str, str]:
    """The environment for Odoo, pytest and PostgreSQL's clients."""
    env = clean_env()
    env.update(
        PATH=":".join([str(BIN), str(VENV / "bin"), str(pg_bin()), env.get("PATH", "/usr/bin:/bin")]),
        PYTHONPATH=str(odoo_root()),
        ODOO_RC=str(CONF),
        PGHOST=str(socket_dir()),
        PGPORT=PG_PORT,
        PGUSER="odoo",
        PGOPTIONS="-c client_min_messages=warning",  # "does not exist, skipping" is no news
        HYPOTHESIS_STORAGE_DIRECTORY=str(DEV / "hypothesis"),
    )
    for name, folder in (("WKHTMLTOPDF_PATCHED", BIN), ("WKHTMLTOPDF_UNPATCHED", BIN_UNPATCHED)):
        if (folder / "wkhtmltopdf").exists():
            env[name] = str(folder / "wkhtmltopdf")
    return env


def write_conf() -> None:
    """Odoo's configuration. The limits on memory and time are for servers, and would end a browser test: off."""
    settings = {
        "addons_path": ROOT,
        "data_dir": DATA,
        "db_host": socket_dir(),
        "db_port": PG_PORT,
        "db_user": "odoo",
        "http_interface": "127.0.0.1",
        "list_db": True,
        "max_cron_threads": 0,
        "workers": 0,
        "limit_memory_hard": 0,
        "limit_memory_soft": 0,
        "limit_time_cpu": 0,
        "limit_time_real": 0,
        "screenshots": DEV / "screenshots",
    }
    text = "[options]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())
    if not CONF.is_file() or CONF.read_text() != text:
        CONF.write_text(text)


def python(*arguments: str | Path) -> list[str]:
    """A command line for the environment's Python."""
    return [str(VENV / "bin" / "python"), *map(str, arguments)]


def odoo(command: str, database: str, *arguments: str, conf: Path = CONF) -> list[str]:
    """A command line of Odoo, on one database."""
    return python("-m", "odoo", command, "-c", conf, "-d", database, *arguments)


def odoo_shell(database: str) -> list[str]:
    """Odoo's shell, silent but for warnings, so that what a script prints can be read."""
    return odoo("shell", database, "--no-http", "--log-level=warn")


def odoo_script(database: str, script: Path) -> None:
    """Run one of our scripts in Odoo's shell."""
    with script.open() as text:
        done = subprocess.run(odoo_shell(database), stdin=text, env=tool_env(), capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"{script.relative_to(ROOT)} failed:\n{done.stderr}")
