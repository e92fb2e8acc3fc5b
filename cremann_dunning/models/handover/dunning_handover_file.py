import hashlib
import os
import secrets
import shutil
import tempfile
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq, email_normalize, format_date
from odoo.tools.osutil import clean_filename

from ...engine import dossier
from ..event import as_fact
from .dunning_handover import PURPOSES

# So many days a link opens, unless somebody chooses fewer or more.
DAYS, MOST_DAYS = 14, 60
NO_TOKEN = "0" * 64


class DunningHandoverFile(models.Model):
    """A dossier that was made: kept as it is, given out by download or by a mail with a link that expires, each time on
    record."""

    _name = "dunning.handover.file"
    _description = "File of Claims"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"

    name = fields.Char(readonly=True, required=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    handover_id = fields.Many2one("dunning.handover", readonly=True, index="btree_not_null", ondelete="restrict")
    party_id = fields.Many2one("dunning.party", readonly=True, index="btree_not_null", ondelete="restrict")
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    made_on = fields.Datetime(readonly=True, default=fields.Datetime.now, required=True)
    user_id = fields.Many2one("res.users", string="Made by", readonly=True, ondelete="restrict")
    digest = fields.Char(string="SHA-256", readonly=True, help="Of the whole file, as it was made.")
    size = fields.Integer(readonly=True, aggregator=None)
    attachment_id = fields.Many2one(  # reached by the acts below alone: each of them is on record
        "ir.attachment", readonly=True, ondelete="restrict", index=True, groups="base.group_system"
    )
    left_out = fields.Text(string="Not as they should be", readonly=True, help="Documents that could not be read.")
    sent_to = fields.Char(readonly=True)
    sent_on = fields.Datetime(readonly=True)
    token_digest = fields.Char(readonly=True, groups="base.group_system", help="Of the link; the link is in the mail.")
    expires_on = fields.Date(string="Link opens until", readonly=True)
    fetched_count = fields.Integer(string="Fetched", readonly=True, aggregator=None)
    fetched_on = fields.Datetime(string="Last fetched", readonly=True)

    # -- making ----------------------------------------------------------------------------------------------------

    @api.model
    def _check_right(self, case, handover=None):
        """:raises AccessError: a file is made and given out by a manager, or by who looks after the case."""
        case.check_access("read")
        ours = case.user_id | (handover.owner_id if handover else self.env["res.users"])
        manager = self.env.user.has_group("cremann_dunning.group_dunning_manager")
        if not (self.env.su or manager or self.env.user in ours):
            raise AccessError(
                self.env._("Only a dunning manager, or whoever looks after this debtor, makes and gives out his file.")
            )

    @api.model
    def _make(self, case, claims, *, handover=None, party=None, purpose="collection", notes=False):
        """Write a dossier and keep it. Parameters and errors as ``dunning.dossier._write``.

        :raises AccessError: see ``_check_right``. :return: the file.
        """
        self._check_right(case, handover)
        self.env["dunning.sealing"]._seal()
        service = self.env["dunning.dossier"]
        with tempfile.TemporaryFile() as target:
            wrong = service._write(
                case, claims, target, handover=handover, party=party, purpose=purpose, notes=notes
            )  # fmt: skip
            size = target.tell()
            target.seek(0)
            digest = dossier.file_digest(target)
            # sudo: evidence is the system's to keep
            made = self.sudo().create(
                {
                    "name": self._name_of(case, handover),
                    "company_id": case.company_id.id,
                    "case_id": case.id,
                    "handover_id": handover.id if handover else False,
                    "party_id": (party or (handover.party_id if handover else self.env["dunning.party"])).id,
                    "purpose": purpose,
                    "user_id": self.env.uid,
                    "digest": digest,
                    "size": size,
                    "left_out": made_of(wrong),
                }
            )
            made._keep(target, size)
        made.with_user(self.env.user)._tell("handover.file_made", claims, left_out=len(wrong) or None)
        return made.with_env(self.env)

    @api.model
    def _name_of(self, case, handover):
        """Name of the ZIP; safe on every system."""
        day = case.company_id._dunning_today()
        reference = (handover and handover.name) or f"{case.id:05d}-{day:%Y%m%d}"
        name = f"Dossier {reference} {(case.partner_id.name or '')[:50]}".replace("/", "-")
        return f"{' '.join(clean_filename(name, ' ').split())}.zip"

    def _keep(self, target, size):
        """Put the file into Odoo's store without reading it into memory, where that is on disk."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.name,
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "attachment_id",  # whoever may not read that field does not get the file either
                "mimetype": "application/zip",
                "raw": b"",
            }
        )
        self.attachment_id = attachment
        target.seek(0)
        if attachment._storage() != "file":
            attachment.raw = target.read()
            return
        digest = hashlib.sha1(usedforsecurity=False)
        while part := target.read(1 << 20):
            digest.update(part)
        fname, full_path = attachment._get_path(b"", digest.hexdigest())
        target.seek(0)
        with open(full_path, "wb") as out:
            shutil.copyfileobj(target, out)
        attachment._mark_for_gc(fname)  # gone again when the transaction comes to nothing
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s, checksum = %s, file_size = %s, db_datas = NULL WHERE id = %s",
            (fname, digest.hexdigest(), size, attachment.id),
        )
        attachment.invalidate_recordset()

    def _tell(self, kind, claims=None, personal=None, **facts):
        """What happened with it, as an event."""
        numbers = ", ".join(filter(None, claims.mapped("number"))) if claims else None
        known = as_fact.known(name=self.name, digest=self.digest, numbers=numbers, **facts)
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": kind,
                    "company_id": self.company_id.id,
                    "debtor": self.case_id.partner_id.id,
                    "claims": claims.ids if claims else (),
                    "facts": known,
                    "personal": personal,
                }
            ]
        )

    # -- giving out ------------------------------------------------------------------------------------------------

    def action_download(self):
        """Download it; that is on record."""
        self.ensure_one()
        self._check_right(self.case_id, self.handover_id)
        self._path()
        self._tell("handover.file_downloaded")
        return {"type": "ir.actions.act_url", "url": f"/dunning/dossier/{self.id}", "target": "self"}

    def _path(self):
        """The attachment, when it is still what was made. :raises UserError: it has gone or was changed."""
        self.ensure_one()
        attachment = self.sudo().attachment_id  # sudo: of a file whose giving out the caller has checked
        there = attachment and attachment._dunning_is_there()
        if there and attachment.store_fname:
            with open(attachment._full_path(attachment.store_fname), "rb") as file:
                there = dossier.file_digest(file) == self.digest
        elif there:
            there = hashlib.sha256(attachment.with_context(bin_size=False).raw or b"").hexdigest() == self.digest
        if not there:
            raise UserError(
                self.env._("The file %s has gone, or is not the one that was made any more. Make a new one.", self.name)
            )
        return attachment

    def action_send(self):
        """Ask to whom the link goes."""
        self.ensure_one()
        self._check_right(self.case_id, self.handover_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mail a link"),
            "res_model": "dunning.dossier.send.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id},
        }

    def _send(self, to, days=DAYS):
        """Mail a link that opens for some days. Of a party its registration is looked at once more.

        :param to: an address. :raises UserError: no address; the party may not have it; it was recalled or has gone.
        """
        self.ensure_one()
        self._check_right(self.case_id, self.handover_id)
        address, today = email_normalize(to or ""), self.company_id._dunning_today()
        if not address:
            raise UserError(self.env._("Fill in one e-mail address to which the link goes."))
        if not 1 <= days <= MOST_DAYS:
            raise UserError(self.env._("A link opens for 1 to %s days.", MOST_DAYS))
        self._check_party(today)
        self._path()
        token, until = secrets.token_urlsafe(32), today + timedelta(days=days)
        # sudo: evidence is the system's to keep
        self.sudo().write(
            {
                "token_digest": hashlib.sha256(token.encode()).hexdigest(),
                "expires_on": until,
                "sent_to": address,
                "sent_on": fields.Datetime.now(),
            }
        )
        self._mail(address, token, until)
        self._tell("handover.file_sent", personal={"to": address}, until=as_fact.day(until))

    def _check_party(self, today):
        """:raises UserError: it was recalled, or its party may not collect on this day."""
        handover, party = self.handover_id, self.party_id
        if handover and handover.state not in ("draft", "with_party"):
            raise UserError(self.env._("This hand-over was recalled or closed. Its file goes to nobody any more."))
        refusal = party._refusal(self.case_id, today) if party else None
        if refusal:
            _code, sentence, article = refusal
            raise UserError(" ".join(filter(None, (str(sentence), article and f"({article})"))))

    def _mail(self, address, token, until):
        """The mail with the link, in the language of whoever gets it."""
        lang = self.env["dunning.dossier"]._lang(self.case_id, self.party_id)
        env, company = self.with_context(lang=lang).env, self.company_id
        link = f"{company.get_base_url()}/dunning/dossier/{self.id}/{token}"
        reference = (self.handover_id.name or "") if self.handover_id else f"{self.case_id.id:05d}"
        lines = (
            env._("%s has made a file of claims for you.", company.name),
            Markup('<a href="%s">%s</a>') % (link, env._("Open the page to fetch it")),
            env._("The link opens up to and including %s.", format_date(env, until, lang_code=lang)),
            Markup("%s<br/><code>%s</code>")
            % (env._("When you have the file, you can check that it is ours by its SHA-256:"), self.digest),
        )
        self.env["mail.mail"].sudo().create(  # sudo: the system writes it, after the checks above
            {
                "subject": env._("File %(reference)s of %(company)s", reference=reference, company=company.name),
                "body_html": Markup("").join(Markup("<p>%s</p>") % line for line in lines),
                "email_to": address,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "auto_delete": True,  # the link is kept nowhere but in the mail itself
            }
        )

    def action_withdraw(self):
        """Its link opens nothing any more."""
        for file in self:
            file._check_right(file.case_id, file.handover_id)
            if file.expires_on:
                file.sudo().write({"token_digest": False, "expires_on": False})  # sudo: as in _send
                file._tell("handover.file_withdrawn")
        return True

    # -- fetching --------------------------------------------------------------------------------------------------

    @api.model
    def _opened_by(self, file_id, token):
        """The file that a link opens; nothing where it opens none any more.

        :param token: what stood in the address; compared in a time that says nothing.
        """
        file = self.sudo().browse(file_id).exists()  # sudo: whoever holds the link
        typed = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        same = consteq(file.token_digest or NO_TOKEN, typed)
        opens = file and file.expires_on and file.expires_on >= file.company_id._dunning_today()
        with_party = not file.handover_id or file.handover_id.state in ("draft", "with_party")
        return file if same and opens and with_party else self.browse()

    def _fetched(self, network):
        """Somebody fetched it through its link."""
        self.write({"fetched_count": self.fetched_count + 1, "fetched_on": fields.Datetime.now()})
        self._tell("handover.file_fetched", personal={"network": network} if network else None)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was given out stays on record."))

    def _size_in_words(self):
        """Its size as people say it."""
        self.ensure_one()
        return f"{max(self.size / 2**20, 0.1):.1f} MB"


def made_of(wrong):
    """The documents that are not as they should be, a line each."""
    return "\n".join(f"{one.title or os.path.basename(one.name)}: {one.problem}" for one in wrong) or False
