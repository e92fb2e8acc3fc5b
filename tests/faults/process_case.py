"""What tests with processes of their own share: a database that they may commit to, and a mail server that is slow."""

import asyncio
import email
import email.policy
import os
import shutil
import socket
import subprocess
from pathlib import Path

from aiosmtpd.controller import Controller

from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import config

from .processes import Nursery


class SlowMailbox:
    """A mail server that takes its time to answer."""

    def __init__(self):
        self.messages = []
        self.whole = []
        self.seconds = 0.1  # a process that is killed now has had its letter delivered and does not know it

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.whole.append(message)
        self.messages.append((envelope.rcpt_tos, message["Message-Id"], message["Subject"]))
        await asyncio.sleep(self.seconds)
        return "250 OK"


class ProcessCase(BaseCase):
    """On a database of its own: these processes commit."""

    def setUp(self):
        super().setUp()
        source = get_db_name()
        if worker := os.environ.get("PYTEST_XDIST_WORKER"):
            source = source.removesuffix(f"-{worker}")
        self.database = f"{source}-{self._testMethodName[5:].replace('_', '')[:20]}"
        self._copy(source)
        self.mailbox = SlowMailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        controller = Controller(self.mailbox, hostname="127.0.0.1", port=self.port)
        controller.start()
        self.addCleanup(controller.stop)
        self.nursery = Nursery(self.database)
        self.addCleanup(self.nursery.close)

    def _copy(self, source):
        if subprocess.run(["createdb", "-T", source, self.database], capture_output=True).returncode:
            # somebody is connected to it: pytest itself, when it runs without workers
            subprocess.run(["createdb", "-T", "template0", self.database], check=True)
            pipe = f'pg_dump "{source}" | psql -Xq -v ON_ERROR_STOP=1 "{self.database}"'
            subprocess.run(["sh", "-c", pipe], check=True, capture_output=True)
        self._with_files(source, self.database)

    def _with_files(self, source, database):
        """The files of a database that was copied; both are gone when the test is over."""
        self.addCleanup(subprocess.run, ["dropdb", "--force", database], check=True)
        stores = Path(config["data_dir"]) / "filestore"
        if (stores / source).is_dir():
            shutil.copytree(stores / source, stores / database, copy_function=os.link, dirs_exist_ok=True)
        self.addCleanup(shutil.rmtree, stores / database, ignore_errors=True)
