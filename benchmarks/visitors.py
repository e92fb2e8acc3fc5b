"""Debtors who open their pages over HTTP without a login: one with many items, many at once, and one who floods.

Odoo's workers listen with a queue of eight connections each, so a crowd that comes straight at them is turned away by
the kernel. An installation has a proxy in front; ``Proxy`` is what one does with a crowd: every visitor is let in at
once and waits, and no more of them are handed on than the server queues by itself. What a visitor waits in front of
the proxy counts as what he waits for his page.
"""

import socket
import statistics
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BoundedSemaphore, Event

import psutil

from tools.devkit.databases import psql
from tools.devkit.demo import odoo_server

ROUNDS = 20
FLOODERS = 20
# What Odoo's prefork server queues for each of its workers (``PreforkServer.start``).
QUEUED = 8


class Proxy:
    """Visitors on their way to a server: all may come at once, and wait in line."""

    def __init__(self, port, workers):
        self.base = f"http://127.0.0.1:{port}"
        self.places = BoundedSemaphore(QUEUED * workers)

    def get(self, path):
        """``(status, seconds)`` of one page, as a browser without a cookie gets it, the time in line included."""
        began = time.monotonic()
        with self.places:
            try:
                with urllib.request.urlopen(self.base + path, timeout=300) as answer:
                    answer.read()
                    status = answer.status
            except urllib.error.HTTPError as error:
                error.read()
                status = error.code
        return status, time.monotonic() - began


class Busy:
    """Processor time of a server with its workers, and of PostgreSQL, since the last time it was asked."""

    def __init__(self, server):
        [one] = psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        self.roots = [psutil.Process(server.pid), psutil.Process(int(one)).parent()]
        self.last = self._total()

    def _total(self):
        found = 0
        for root in self.roots:
            of_root = root.cpu_times()
            found += of_root.children_user + of_root.children_system  # of those that have ended
            for process in [root, *root.children(recursive=True)]:
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                found += times.user + times.system
        return found

    def since(self):
        """Seconds, of all processors."""
        before, self.last = self.last, self._total()
        return self.last - before


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def opened(database, paths):
    """What visitors wait for.

    :param paths: addresses of pages, that of the debtor with most items first.
    :return: ``{step: {"seconds": ..., "cpu": ...}}``; the seconds of the second and third are what 95 of 100 waited
        at most, the processor time is that of one page.
    :raises AssertionError: a page did not open.
    """
    many, *others = paths
    steps = {}
    port = free_port()
    with odoo_server(database, port, cron=False, workers=1) as server:
        proxy = Proxy(port, 1)
        proxy.get(others[0])  # the server has its caches
        busy = Busy(server)
        waited = seconds([proxy.get(many) for _round in range(ROUNDS)])
        steps["page, 200 items"] = {"seconds": statistics.median(waited), "cpu": busy.since() / ROUNDS}
    port = free_port()
    with (
        odoo_server(database, port, cron=False, workers=2) as server,
        ThreadPoolExecutor(len(others) + FLOODERS) as pool,
    ):
        proxy = Proxy(port, 2)
        for path in others[:4]:
            proxy.get(path)
        start, busy = Barrier(len(others)), Busy(server)

        def together(path):
            start.wait()
            return proxy.get(path)

        waited = seconds(pool.map(together, others))
        steps[f"{len(others)} visitors at once"] = {
            "seconds": worst(waited),
            "cpu": busy.since() / len(others),
        }
        steps["visitor beside a flood"] = flooded(proxy, pool, many, others[0], busy)
    return steps


def seconds(found):
    """How long each waited. :raises AssertionError: one got no page."""
    found = list(found)
    assert {status for status, _seconds in found} == {200}, found
    return [waited for _status, waited in found]


def worst(waited):
    """What 95 of 100 waited at most."""
    return statistics.quantiles(waited, n=20)[-1]


def flooded(proxy, pool, flooded_path, path, busy):
    """A visitor while others ask for one page without end: see ``opened``; the processor time is that of one page of
    his and what the flood took meanwhile."""
    over = Event()

    def flood():
        while not over.is_set():
            proxy.get(flooded_path)

    running = [pool.submit(flood) for _flooder in range(FLOODERS)]
    time.sleep(8)  # what a flood may have of its page is used up
    busy.since()
    waited = seconds([proxy.get(path) for _round in range(ROUNDS)])
    cpu = busy.since() / ROUNDS
    over.set()
    for one in running:
        one.result()
    return {"seconds": worst(waited), "cpu": cpu}
