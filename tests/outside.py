"""Keeps a process from asking addresses outside, and remembers which it would have asked. Plain Python, for pytest and
for Odoo's shell: a hook of the interpreter, which no code of Odoo gets past."""

import ipaddress
import sys

asked: list[str] = []


def is_here(host: object) -> bool:
    """Whether a host is this machine. A socket in the file system has no host."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _look(event: str, arguments: tuple) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not is_here(host):
        asked.append(str(host))
        raise OSError(f"{host} lies outside, and nothing here asks that")


def watch() -> None:
    """From now on, for as long as the process lives: a hook cannot be taken off."""
    sys.addaudithook(_look)
