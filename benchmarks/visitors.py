"""Debtors who open their pages over HTTP without a login: one with many items, many at once, and one who floods."""

import socket
import statistics
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from tools.devkit.demo import odoo_server

ROUNDS = 20
FLOODERS = 20


def get(base, path):
    """``(status, seconds)`` of one page, as a browser without a cookie gets it."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(base + path, timeout=300) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.monotonic() - began


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def opened(database, paths):
    """What visitors wait for.

    :param paths: addresses of pages, that of the debtor with most items first.
    :return: ``{step: {"seconds": ...}}``; the second and third are what 95 of 100 waited at most.
    :raises AssertionError: a page did not open.
    """
    many, *others = paths
    steps = {}
    port = free_port()
    with odoo_server(database, port, cron=False, workers=1):
        base = f"http://127.0.0.1:{port}"
        get(base, others[0])  # the server has its caches
        found = [get(base, many) for _round in range(ROUNDS)]
        assert {status for status, _seconds in found} == {200}, found
        steps["page, 200 items"] = {"seconds": statistics.median(seconds for _status, seconds in found)}
    port = free_port()
    with odoo_server(database, port, cron=False, workers=2), ThreadPoolExecutor(len(others) + FLOODERS) as pool:
        base = f"http://127.0.0.1:{port}"
        for path in others[:4]:
            get(base, path)
        start = Barrier(len(others))

        def together(path):
            start.wait()
            return get(base, path)

        found = list(pool.map(together, others))
        assert {status for status, _seconds in found} == {200}, found
        waited = [seconds for _status, seconds in found]
        steps[f"{len(others)} visitors at once"] = {"seconds": statistics.quantiles(waited, n=20)[-1]}
        steps["visitor beside a flood"] = {"seconds": flooded(base, pool, many, others[0])}
    return steps


def flooded(base, pool, flooded_path, path):
    """What a visitor waits for while others ask for one page without end: 95 of 100 times at most so long."""
    over = Event()

    def flood():
        while not over.is_set():
            get(base, flooded_path)

    running = [pool.submit(flood) for _flooder in range(FLOODERS)]
    time.sleep(8)  # what a flood may have of its page is used up
    found = [get(base, path) for _round in range(ROUNDS)]
    over.set()
    for one in running:
        one.result()
    assert {status for status, _seconds in found} == {200}, found
    return statistics.quantiles([seconds for _status, seconds in found], n=20)[-1]
