"""The demo: a mail server, Odoo, two firms' receivables with a dunning run over them, and the browser."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from .console import ADDON, DEV, LOGS, OUT, ROOT, Stop, say, stamp, stamped, step, tail
from .databases import addon_template, copy_database, databases, drop_database, psql, rename_database
from .environment import odoo, odoo_shell, python, tool_env

PART = "demo_part"  # the name of the demo database while it is made


def port_taken(port: int) -> bool:
    """Whether somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno in (errno.EADDRINUSE, errno.EACCES)
    return False


def choose_port(asked: int | None) -> int:
    """The port that was asked for, or the first free one from 8069 on."""
    if asked:
        if port_taken(asked):
            raise Stop(f"Port {asked} is taken.", "leave --port out, or name another one")
        return asked
    return next(port for port in range(8069, 8169) if not port_taken(port))


@contextlib.contextmanager
def child(command: list, log: Path, **kwargs):
    """A process that lives as long as the block."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=tool_env(), **kwargs
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ready, process: subprocess.Popen, log: Path, what: str) -> None:
    """Wait until READY() is true; stop when the process has ended or takes longer than two minutes."""
    for _ in range(600):
        if ready():
            return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise Stop(f"{what} did not start. The end of {log.relative_to(ROOT)}:\n{tail(log)}")


@contextlib.contextmanager
def mail_server():
    """A real SMTP server on loopback that keeps each mail as a file in out/mails; yields its port."""
    log, announced = LOGS / "smtp.log", DEV / "smtp.port"
    announced.unlink(missing_ok=True)
    command = python(ROOT / "tools" / "smtp_sink.py", "--folder", OUT / "mails", "--port-file", announced)
    with child(command, log) as process:
        wait_until(announced.is_file, process, log, "The mail server")
        yield int(announced.read_text())


def answers(port: int) -> bool:
    """Whether Odoo answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/web/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def odoo_server(database: str, port: int, cron: bool, workers: int = 0):
    """Odoo on loopback, showing one database: one process with threads, or so many workers."""
    log = LOGS / "odoo.log"
    options = [f"--db-filter=^{database}$", f"--http-port={port}", f"--max-cron-threads={int(cron)}"]
    if workers:  # without limits, as one process has them, Odoo would end each worker at once
        options += [f"--workers={workers}", f"--gevent-port={port + 1}", "--limit-memory-soft=4294967296"]
        options += ["--limit-time-real=600", "--limit-time-cpu=600"]
    with child(odoo("server", database, *options), log, cwd=ROOT) as process:
        wait_until(lambda: answers(port), process, log, "Odoo")
        yield process


def point_database(database: str, port: int, smtp_port: int) -> None:
    """Tell the database where it is reached (wkhtmltopdf gets the letters' style from there) and where mail goes."""
    for key, value in (("web.base.url", f"http://127.0.0.1:{port}"), ("web.base.url.freeze", "True")):
        psql(f"DELETE FROM ir_config_parameter WHERE key = '{key}'", database)
        psql(f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}')", database)
    psql(f"UPDATE ir_mail_server SET smtp_port = {smtp_port} WHERE smtp_host IN ('127.0.0.1', 'localhost')", database)


@contextlib.contextmanager
def demo_lock():
    """One process at a time owns the demo database and out/."""
    with (DEV / "locks" / "demo").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Stop(
                f"The demo is being made or served already, by process {handle.read().strip()}.",
                "end that one (Ctrl-C in its terminal) first",
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def empty_out() -> None:
    """Wipe what the last demo left."""
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "mails").mkdir(parents=True)


def make_demo(port: int, smtp_port: int) -> None:
    """A fresh demo database, with the firms' receivables and a dunning run over them. It gets its name when it is
    complete, so that an interrupted one is never served."""
    script = ROOT / ADDON / "demo" / "run_demo.py"
    if not script.is_file():
        raise Stop(f"{script.relative_to(ROOT)} is missing.")
    template = addon_template()
    drop_database(PART)
    drop_database("demo")
    copy_database(template, PART)
    point_database(PART, port, smtp_port)
    env = {
        **tool_env(),
        "DUNNING_OUT": str(OUT),
        "DUNNING_SMTP_PORT": str(smtp_port),
        "DUNNING_BASE_URL": f"http://127.0.0.1:{port}",
    }
    # the server is for wkhtmltopdf, which fetches the letters' style from it
    with step("two firms' receivables, and a dunning run over them"), odoo_server(PART, port, cron=False):
        if tell(odoo_shell(PART), script, env):
            raise Stop(f"{script.relative_to(ROOT)} failed.", "./dev demo")
    rename_database(PART, "demo")
    stamp("demo", demo_key())


def tell(command: list, script: Path, env: dict) -> int:
    """Run the script, show what it prints as it comes, and keep that in out/run.txt for the next look."""
    with script.open() as text, (OUT / "run.txt").open("w") as kept:
        process = subprocess.Popen(command, stdin=text, stdout=subprocess.PIPE, env=env, cwd=ROOT, text=True)
        for line in process.stdout:
            print(line, end="", flush=True)
            kept.write(line)
        return process.wait()


def demo_key() -> str:
    """What the demo was made from: the addon as it stands, and the day, since its dates count from today."""
    return f"{addon_template()} {time.strftime('%Y-%m-%d')}"


def still_good() -> bool:
    """Whether the demo was made today, from this addon, and is all there."""
    return (
        "demo" in databases()
        and (OUT / "run.txt").is_file()
        and (OUT / "mails").is_dir()
        and stamped("demo", demo_key())
    )


def show_again() -> None:
    """The tables of a run that was made before."""
    say("The demo was made today and nothing has changed since; ./dev demo --fresh makes it anew.")
    print((OUT / "run.txt").read_text(), end="")


def serve(port: int) -> None:
    """Serve the demo database until Ctrl-C."""
    with odoo_server("demo", port, cron=True) as process:
        say(f"Serving http://127.0.0.1:{port} (log: .dev/log/odoo.log). Ctrl-C ends it.")
        process.wait()
        raise Stop(f"Odoo ended by itself. The end of .dev/log/odoo.log:\n{tail(LOGS / 'odoo.log')}", "./dev serve")


def show_demo(port: int, served: bool, seconds: float) -> None:
    """The last words of the demo: where everything is."""
    letters, mails = len(list(OUT.rglob("*.pdf"))), len(list((OUT / "mails").glob("*.eml")))
    address = f"http://127.0.0.1:{port}" if served else "./dev serve starts it"
    print()
    print(f"Address   {address}")
    logins = OUT / "logins.txt"
    if logins.is_file():
        for number, line in enumerate(logins.read_text().strip().splitlines()):
            print(f"{'Logins' if number == 0 else '':9} {line}")
    print(f"Letters   out/  ({letters} PDF)")
    print(f"Mails     out/mails/  ({mails} received by the SMTP server)")
    print(f"Time      {seconds:.0f} s", flush=True)
