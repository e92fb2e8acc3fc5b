import base64
import io

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import dossier
from ..models.event import as_fact
from ..models.handover.dunning_dossier_import import LARGEST


class DunningDossierImportWizard(models.TransientModel):
    """A file of claims that somebody was given: looked at whether it is what was made, then its claims are taken in.

    Nothing is written outside this window before that.
    """

    _name = "dunning.dossier.import.wizard"
    _description = "File of Claims to Take In"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    digest = fields.Char(string="SHA-256", help="As the mail gave it; leave it empty when you have none.")
    state = fields.Selection(
        [("new", "New"), ("good", "Not changed"), ("bad", "Changed")], default="new", readonly=True
    )
    problems = fields.Text(readonly=True)
    summary = fields.Text(readonly=True)
    creditor = fields.Char(readonly=True)
    debtor = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)

    def _open(self):
        """The file, to be read. :raises UserError: there is none, or it is too large."""
        self.ensure_one()
        content = self.with_context(bin_size=False).file
        if not content:
            raise UserError(self.env._("Add the ZIP first."))
        raw = base64.b64decode(content)
        if len(raw) > LARGEST:
            raise UserError(self.env._("The file is larger than %s MB.", LARGEST // 2**20))
        return io.BytesIO(raw)

    def action_check(self):
        """Look whether anything in it was changed, and show what it holds."""
        self.ensure_one()
        self.check_access("write")
        service = self.env["dunning.dossier.import"]
        found = service._check(self._open(), self.digest or None)
        told = self._told(found)
        self.write(told)
        return self._get_records_action(name=self.env._("Take a file in"), target="new")

    def _told(self, found):
        """What a check found, as values of the window."""
        service = self.env["dunning.dossier.import"]
        problems, data = [service._sentence(problem) for problem in found.problems], found.data
        values = {"creditor": False, "debtor": False, "reference": False, "summary": False}
        if data:
            try:
                values = {
                    "creditor": data["creditor"]["name"],
                    "debtor": data["debtor"]["name"],
                    "reference": data["reference"],
                    "summary": "\n".join(
                        [
                            *service._totals(data),
                            self.env._(
                                "%(files)s files, %(events)s events in full, %(proven)s documents that an event names.",
                                files=found.files,
                                events=found.events,
                                proven=found.proven,
                            ),
                        ]
                    ),
                }
            except (KeyError, TypeError, ValueError, ArithmeticError):
                problems.append(self.env._("claim.json is not after its schema."))
        elif not problems:
            problems.append(self.env._("It holds no claims."))
        return values | {"state": "bad" if problems else "good", "problems": "\n".join(problems) or False}

    def action_take_in(self):
        """Open the window of claims from outside with these claims; it checks and books them.

        :raises UserError: it was changed. :raises AccessError: no right to take claims in.
        """
        self.ensure_one()
        self.check_access("write")
        window = self.env["dunning.claim.import.wizard"]
        window.check_access("create")
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only a dunning manager takes in claims of others."))
        service, file = self.env["dunning.dossier.import"], self._open()
        found = service._check(file, self.digest or None)
        told = self._told(found)
        self.write(told)
        if told["state"] != "good":
            raise UserError(self.env._("This file was changed, so nothing of it is taken in.\n\n%s", told["problems"]))
        try:
            lines = service._lines(self.company_id, file, found.data)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UserError(self.env._("claim.json is not after its schema.")) from None
        window = window.with_company(self.company_id).create({"company_id": self.company_id.id})
        made = window.line_ids.create([{"wizard_id": window.id, **values} for values in lines])
        made._complete()
        window.action_make_debtors()
        self._tell(dossier.digest_of(file))
        return window._get_records_action(name=self.env._("Claims from outside"), target="current")

    def _tell(self, digest):
        """That somebody began to take it in, in the record of the company. :param digest: of the ZIP as it is."""
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "handover.file_taken_in",
                    "company_id": self.company_id.id,
                    "facts": as_fact.known(name=self.reference, digest=digest),
                }
            ]
        )

    @api.depends("reference")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Take a file in")
