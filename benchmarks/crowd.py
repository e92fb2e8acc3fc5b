"""Many bookkeepers who open the same list at the same moment, over HTTP, on one threaded server on loopback."""

import json
import socket
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from threading import Barrier
from xml.etree import ElementTree

from tools.devkit.console import Stop
from tools.devkit.demo import odoo_server

ROUNDS = 3
ROWS = 80


class Bookkeeper:
    """One browser: logs in, and asks what the web client asks."""

    def __init__(self, port, database, login):
        self.base, self.database = f"http://127.0.0.1:{port}", database
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.ask("/web/session/authenticate", {"db": database, "login": login, "password": login})
        self.wanted = {model: self._columns(model) for model in ("account.move", "dunning.case")}

    def ask(self, path, params):
        """The result of one call. :raises Stop: it failed."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.base + path, body, {"Content-Type": "application/json"})
        with self.opener.open(request, timeout=300) as answer:
            found = json.load(answer)
        if "error" in found:
            raise Stop(f"{path} failed: {found['error']}")
        return found.get("result")

    def call(self, model, method, *args, **kwargs):
        """A method of a model."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.ask(f"/web/dataset/call_kw/{model}/{method}", params)

    def _columns(self, model):
        """The columns that its list shows, as the client keeps them after the first time."""
        found = self.call(model, "get_views", [[False, "list"]], {})
        fields = found["models"][model]["fields"]
        nodes = ElementTree.fromstring(found["views"]["list"]["arch"]).findall("field")
        names = [node.get("name") for node in nodes if node.get("optional") != "hide"]
        return {name: {"fields": {"display_name": {}}} if fields[name]["type"] == "many2one" else {} for name in names}

    def open(self, model, domain, order=None):
        """The first page of a list; seconds until it was there."""
        began = time.monotonic()
        options = {"limit": ROWS, "count_limit": 10_001, "order": order or ""}
        self.call(model, "web_search_read", domain, self.wanted[model], **options)
        return time.monotonic() - began


LISTS = {
    "invoices": ("account.move", [["move_type", "in", ["out_invoice"]]], None),
    "worklist": ("dunning.case", [["amount_overdue", ">", 0]], "priority desc, amount_overdue desc, id"),
}


def opened(database, users):
    """``{list: {"seconds": what 95 of 100 waited at most}}``, each round everybody at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with odoo_server(database, port, cron=False), ThreadPoolExecutor(users) as pool:
        people = [Bookkeeper(port, database, f"bookkeeper{number}") for number in range(users)]
        steps = {}
        for name, asked in LISTS.items():
            people[0].open(*asked)  # the server has its caches
            waited = []
            for _round in range(ROUNDS):
                start = Barrier(users)

                def together(person, start=start, asked=asked):
                    start.wait()
                    return person.open(*asked)

                waited += pool.map(together, people)
            steps[name] = {"seconds": statistics.quantiles(waited, n=20)[-1]}
    return steps
