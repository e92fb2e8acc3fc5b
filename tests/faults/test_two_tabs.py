"""Two tabs of one debtor at the very same moment, over HTTP on a server of its own: what they do ends in one effect."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from html import unescape
from urllib.parse import urlencode, urlsplit

from odoo.tests import tagged

from .process_case import ProcessCase


class Server:
    """Odoo with threads, so that two requests are really answered at once."""

    def __init__(self, database):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        options = [f"--db-filter=^{database}$", f"--http-port={self.port}", "--max-cron-threads=0", "--workers=0"]
        command = [sys.executable, "-m", "odoo", "server", "-d", database, "--http-interface=127.0.0.1", *options]
        self.process = subprocess.Popen(
            [*command, "--log-level=critical"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 120
        while not self.answers() and time.monotonic() < end:
            time.sleep(0.2)

    def answers(self):
        try:
            return self.get("/web/health")[0] == http.HTTPStatus.OK
        except OSError:
            return False

    def close(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, method, path, body=None, cookie=""):
        """``(status, headers, text)`` of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        head = {"Cookie": cookie} if cookie else {}
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, head)
        answer = connection.getresponse()
        try:
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def get(self, path, cookie=""):
        return self.ask("GET", path, cookie=cookie)


@tagged("post_install", "-at_install")
class TestTwoTabs(ProcessCase):
    def setUp(self):
        super().setUp()
        made = self.nursery.run("prepare", port=self.port, count=1)
        self.nursery.run("confirm", run=made["run"])
        self.nursery.run("outbox")
        page = self.nursery.run("page")
        self.url, self.item, self.ahead = page["url"], page["items"][0], page["ahead"]
        self.server = Server(self.database)
        self.addCleanup(self.server.close)
        status, headers, _text = self.server.get(self.url)
        self.assertEqual(status, 200)
        self.cookie = headers["Set-Cookie"].partition(";")[0]  # both tabs are one browser's

    def form(self, path):
        """Where a form of the page goes, and its hidden values, as a tab that is opened now has them."""
        text = self.server.get(self.url, self.cookie)[2]
        [(action, inner)] = re.findall(rf'<form[^>]*action="([^"]*{path}[?#][^"]*)"[^>]*>(.*?)</form>', text, re.S)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inner))
        return unescape(action).partition("#")[0], {name: unescape(value) for name, value in hidden.items()}

    def at_once(self, *sent):
        """Send these forms in the same moment; their statuses."""
        start, found = threading.Barrier(len(sent)), [None] * len(sent)

        def send(number, action, values):
            start.wait()
            found[number] = self.server.ask("POST", action, urlencode(values, doseq=True), self.cookie)

        threads = [threading.Thread(target=send, args=(number, *one)) for number, one in enumerate(sent)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [status for status, _headers, _text in found]

    def test_two_tabs(self):
        with self.subTest("the same choice to pay"):
            parts = urlsplit(self.url)
            csrf = self.form("/act/question")[1]["csrf_token"]
            pay = f"{parts.path}/pay?{parts.query}", {"csrf_token": csrf, "item": self.item, "amount": "10,00"}
            self.assertEqual(self.at_once(*[pay] * 4), [303] * 4)
            self.assertEqual(self.nursery.run("done")["payment.choice"], 1)
        with self.subTest("the same form"):
            action, hidden = self.form("/act/question")
            self.assertEqual(self.at_once(*[(action, {**hidden, "words": "Why?"})] * 4), [303] * 4)
            found = self.nursery.run("done")
            self.assertEqual((found["page.act"], found["reply"]), (1, 1))
        with self.subTest("a promise in one, a dispute in the other, twice each"):
            promise, dispute = self.form("/act/promise"), self.form("/act/dispute")
            tabs = [
                (promise[0], {**promise[1], "items": self.item, "date": self.ahead}),
                (dispute[0], {**dispute[1], "item": self.item, "reason": "price", "extent": "whole"}),
            ]
            statuses = self.at_once(*tabs * 2)
            self.assertEqual(sorted(statuses), [303, 303, 422, 422], "who comes first is told so again")
            self.assertEqual(statuses[:2], statuses[2:])
            found = self.nursery.run("done")
            self.assertEqual(found["promise"] + found["dispute"], 1)
            self.assertEqual((found["page.act"], found["reply"]), (2, 2))
