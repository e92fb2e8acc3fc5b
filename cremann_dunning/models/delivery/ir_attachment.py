import os

from werkzeug.exceptions import NotFound

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..letter.dunning_letter_document_mixin import digest

# What makes a file another file, or another's.
FIXED = {"raw", "datas", "db_datas", "store_fname", "res_model", "res_id", "res_field", "name", "type", "url", "public"}
# What makes a file that of another record.
PLACE = {"res_model", "res_id", "res_field"}
# Where its content can be read.
CONTENT = {"raw", "datas", "db_datas"}
# Every file of these is evidence. Those of a letter are so as its document or when they go along with its mail; what
# people attach to their notes on a letter is their own.
EVIDENCE = (
    "dunning.letter.line", "dunning.dispatch", "dunning.override", "dunning.opening", "dunning.reply",
    "dunning.insolvency.filing", "dunning.agreement.letter",
)  # fmt: skip


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _dunning_is_there(self):
        """Whether the content of this attachment can be read: its file may have gone from the disk."""
        self.ensure_one()
        if self.type != "binary":
            return False
        return not self.store_fname or os.path.isfile(self._full_path(self.store_fname))

    # -- what is given out ----------------------------------------------------------------------------------------

    def _to_http_stream(self):
        """What was issued is downloaded as it was issued, or not at all, and the answer says why."""
        # sudo: only compares; whether the visitor may have the file was asked before
        if problem := self.sudo()._dunning_problem():
            raise NotFound(problem)
        return super()._to_http_stream()

    def _read_format(self, fnames, load="_classic_read"):
        """A call reads the content of what was issued only while it is that; the outbox measures it by itself."""
        if CONTENT & set(fnames) and not self.env.su and not self.env.context.get("bin_size"):
            self._dunning_require_whole()
        return super()._read_format(fnames, load)

    def export_data(self, fields_to_export):
        """As ``read``."""
        if CONTENT & set(fields_to_export):
            self._dunning_require_whole()
        return super().export_data(fields_to_export)

    def _dunning_require_whole(self):
        # sudo: only compares; what it may read is asked by whoever reads
        for file in self.sudo():
            if problem := file._dunning_problem():
                raise UserError(problem)

    def _dunning_problem(self):
        """What is wrong with the content of this file, False for nothing: it is not what was issued with a letter."""
        self.ensure_one()
        if self.type != "binary" or not self._dunning_issued():
            return False
        content = self.with_context(bin_size=False).raw or b""
        letter = self.env["dunning.letter"]
        if self.res_model == letter._name:
            letter = letter.browse(self.res_id).exists()
            if self.res_field == "pdf_file":
                return letter and letter._problem_of(content)
        kept = self._dunning_digests(letter)
        if digest(content) in kept if kept else self.checksum == self._compute_checksum(content):
            return False
        return self.env._(
            "The stored file %s is not the one that was issued with the letter: it has gone or was changed. Put it "
            "back from a backup.",
            self.name,
        )

    def _dunning_digests(self, letter):
        """The digests that are kept of the files among which this one is; none for what Odoo keeps a checksum of."""
        lines = ""
        if letter and self in letter.mail_id.attachment_ids:
            lines = (letter.mail_digests or "").partition("\n")[2]  # after that of the words
        elif self.res_model == "dunning.dispatch":
            lines = self.env["dunning.dispatch"].browse(self.res_id).exists().proof_digests or ""
        return {line.split(" ", 1)[0] for line in lines.splitlines()}

    # -- what nobody may touch ------------------------------------------------------------------------------------

    def _check_access(self, operation):
        """Nobody but the system makes, writes or deletes what is issued with a letter, whatever he may do to it."""
        result = super()._check_access(operation)
        if self.env.su or operation == "read" or (result and result[0] == self):
            return result
        # sudo: only looks whose files they are; that was read by Odoo a moment ago
        issued = self.sudo()._dunning_issued().sudo(False)
        if not issued:
            return result
        return issued | (result[0] if result else self.browse()), self._dunning_refusal

    @api.model
    def _dunning_refusal(self):
        return AccessError(
            self.env._(
                "What was issued with a dunning letter cannot be changed, deleted or put in the place of another file."
            )
        )

    def _dunning_issued(self):
        """Those of these files that are issued with a letter, or stand where such a file belongs."""
        ours = self.filtered(lambda file: (file.res_model or "").startswith("dunning."))
        of_letters = ours.filtered(lambda file: file.res_model == "dunning.letter")
        issued = ours.filtered(lambda file: file.res_model in EVIDENCE) | of_letters.filtered("res_field")
        return issued | (of_letters - issued)._dunning_with_mails()

    def _dunning_with_mails(self):
        """Those that go along with the mail of a letter, or lie with Odoo's Snail Mail."""
        if not self.ids:
            return self
        self.env["mail.mail"].flush_model(["dunning_letter_id", "mail_message_id"])
        query = SQL(
            """
            SELECT r.attachment_id FROM message_attachment_rel r JOIN mail_mail m ON m.mail_message_id = r.message_id
             WHERE r.attachment_id = ANY(%(ids)s) AND m.dunning_letter_id IS NOT NULL
            """,
            ids=self.ids,
        )
        found = self.browse(id_ for (id_,) in self.env.execute_query(query))
        if "snailmail.letter" in self.env:
            # sudo: only looks which files it has
            posted = self.env["snailmail.letter"].sudo().search([("attachment_id", "in", self.ids)])
            found |= posted.attachment_id
        return found & self

    def write(self, vals):
        """Proof and what was issued stay as they were stored, and nothing takes their place."""
        if set(vals) & FIXED:
            self._dunning_keep(vals)
        result = super().write(vals)
        # sudo: only looks whose files they have become
        if set(vals) & PLACE and not self.env.su and self.sudo()._dunning_issued():
            raise self._dunning_refusal()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dunning(self):
        self._dunning_keep({})

    def _migrate(self):
        """Odoo moves files to another store for an administrator, who may not write ours."""
        # sudo: the content stays the same
        ours = self.sudo().filtered(lambda file: (file.res_model or "").startswith("dunning."))
        super(IrAttachment, ours)._migrate()
        return super(IrAttachment, self - ours.sudo(False))._migrate()

    def _dunning_keep(self, vals):
        """Refuse to change or delete proof, and what was issued when a person has it done with the system's rights."""
        # sudo: only looks whose file it is; rights on the file itself are checked by Odoo
        files = self.sudo()
        proof = files.filtered(lambda file: file.res_model == "dunning.dispatch" and not file.res_field)
        if proof and not proof._dunning_stay_same(vals):
            raise UserError(
                self.env._("Proof of a dunning letter cannot be changed or deleted. Add another file instead.")
            )
        by_system = self.env.uid == SUPERUSER_ID or self.env.context.get(MODULE_UNINSTALL_FLAG)
        if by_system or not self.env.su:  # without the system's rights Odoo asks `_check_access`
            return
        issued = files._dunning_issued()
        issued -= issued._dunning_of_drafts()
        if issued and not issued._dunning_stay_same(vals):
            raise self._dunning_refusal()

    def _dunning_stay_same(self, vals):
        """Whether these values only move the files to another store, as Odoo does it."""
        return set(vals) == {"raw", "mimetype"} and all(file.raw == vals["raw"] for file in self)

    def _dunning_of_drafts(self):
        """Those whose letter, or that of whose line, was not issued yet; one that is gone was a draft."""
        found = self.browse()
        for model in ("dunning.letter", "dunning.letter.line"):
            files = self.filtered(lambda file, model=model: file.res_model == model)
            issued = self.env[model].browse(files.mapped("res_id")).exists()
            issued = issued.filtered(lambda record: record.state != "draft")
            found |= files.filtered(lambda file, ids=set(issued.ids): file.res_id not in ids)
        # a letter about an agreement is made anew when a part came in before it left
        files = self.filtered(lambda file: file.res_model == "dunning.agreement.letter")
        left = self.env["dunning.agreement.letter"].browse(files.mapped("res_id")).exists()
        left = left.filtered(lambda record: record.state not in ("draft", "waiting", "failed"))
        found |= files.filtered(lambda file, ids=set(left.ids): file.res_id not in ids)
        return found
