"""A database that goes on from its backup: the record says where, and a head mailed later what is missing."""

import json
import subprocess

from odoo.tests import tagged

from .process_case import ProcessCase
from .processes import Nursery

LETTERS = 3


@tagged("post_install", "-at_install")
class TestRestoredBackup(ProcessCase):
    def setUp(self):
        super().setUp()
        self.mailbox.seconds = 0

    def restore(self):
        """A backup as it is made and restored everywhere; the nursery of the restored database."""
        copy = f"{self.database}-back"
        subprocess.run(["createdb", "-T", "template0", copy], check=True)
        self._with_files(self.database, copy)
        pipe = f'pg_dump -Fc "{self.database}" | pg_restore -x -O --exit-on-error -d "{copy}"'
        subprocess.run(["bash", "-o", "pipefail", "-c", pipe], check=True, capture_output=True)
        nursery = Nursery(copy)
        self.addCleanup(nursery.close)
        return nursery

    def mailed_head(self):
        """The head as it arrived: its number and digest."""
        [message] = [message for message in self.mailbox.whole if message["To"] == "notary@example.com"]
        [file] = message.iter_attachments()
        head = json.loads(file.get_content())
        self.assertIn(f"{head['seq']}:{head['digest']}", message.get_body().get_content())
        return head["seq"], head["digest"]

    def test_goes_on_from_its_backup(self):
        made = self.nursery.run("prepare", port=self.port, count=LETTERS)
        run = made["run"]
        self.nursery.run("seal")
        before = self.nursery.run("chain", run=run)
        last = before["seqs"][-1]
        # what was told and is not sealed goes into the backup as it stands
        self.nursery.run("confirm", run=run)
        restored = self.restore()

        self.nursery.run("outbox")
        self.nursery.run("mail_head", run=run)
        head = self.mailed_head()
        self.assertGreater(head[0], last)
        lost = self.nursery.run("chain", run=run, heads=[head])
        self.assertEqual((lost["fits"], lost["found"]), (True, before["found"]))

        found = restored.run("chain", run=run)
        self.assertTrue(found["fits"], found["words"])
        self.assertEqual(found["seqs"], list(range(1, len(found["seqs"]) + 1)))
        self.assertEqual(found["found"], [*before["found"], [last + 1, "moved"]])
        self.assertLess(found["seqs"][-1], head[0])
        found = restored.run("chain", run=run, heads=[head])
        self.assertIn([head[0], "cut"], found["found"])

        restored.run("outbox")  # the letters go out once more, as nobody there knows that they did
        restored.run("mail_head", run=run)
        restored.run("mail_head", run=run)
        found = restored.run("chain", run=run, heads=[head])
        self.assertGreaterEqual(found["seqs"][-1], head[0])
        self.assertFalse(found["fits"])
        self.assertEqual(found["found"][0], [head[0], "head"])
        self.assertIn("a backup was restored", found["words"])
        self.assertTrue(restored.run("chain", run=run)["fits"])
