from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_datetime

from ..dunning_apart import apart, each_apart

_lt = LazyTranslate(__name__)

TROUBLE = "mail.mail_activity_data_warning"
# So many findings are told; where one link is broken, often all that follow are.
TOLD = 50
# So many checks where all fitted are kept per company.
KEPT = 100

# What engine/chain.py finds, in the words of the reader. A test holds the two lists equal.
FINDINGS = {
    "unreadable": _lt("Event %(seq)s is no event in the form that was written (%(about)s)."),
    "missing": _lt("Event %(seq)s is missing (%(about)s)."),
    "twice": _lt("Event %(seq)s stands here a second time, or events were put in another order (%(about)s)."),
    "previous": _lt("Event %(seq)s does not follow the event before it: one of the two was exchanged."),
    "content": _lt("Event %(seq)s was changed: its digest is not that of its content."),
    "personal": _lt("Event %(seq)s: its personal values were changed."),
    "personal_missing": _lt("Event %(seq)s: its personal values are gone, and no event says that they were erased."),
    "personal_extra": _lt("Personal values of event %(seq)s belong to no event of the record."),
    "document": _lt("Event %(seq)s: the document %(about)s was changed."),
    "document_missing": _lt("Event %(seq)s: the document %(about)s is gone."),
    "head": _lt(
        "Event %(seq)s is not the one that was kept outside (%(about)s): the record was made anew, or a backup was "
        "restored and went on without what came after it."
    ),
    "cut": _lt(
        "The record ends before event %(seq)s, which was kept outside (%(about)s): what came last was cut off, or is "
        "not in the backup that was restored."
    ),
    "clock": _lt("Event %(seq)s was recorded before the event that it follows: the clock was set back (%(about)s)."),
    "set_back": _lt("Event %(seq)s: the clock of the server was set back since the last sealing (%(about)s)."),
    "untold": _lt("Event %(seq)s: something that happened then could not be written down (%(about)s)."),
    "moved": _lt("Event %(seq)s: from here on the record goes on in another database, as after a restored backup."),
}


class DunningChainCheck(models.Model):
    """That the record of events was followed from its beginning, and what did not fit."""

    _name = "dunning.chain.check"
    _description = "Check of the Record of Events"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "checked_on"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    checked_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", readonly=True, string="By", default=lambda self: self.env.user)
    fits = fields.Boolean(readonly=True, string="Everything fits")
    events = fields.Integer(readonly=True, aggregator=None)
    unsealed = fields.Integer(readonly=True, aggregator=None, help="Written down, and not sealed yet.")
    head = fields.Char(readonly=True, help="Number and digest of the last event.")
    untold = fields.Integer(
        readonly=True,
        aggregator=None,
        string="Not written down",
        help="Acts of accounting that were done although their event could not be written. The server log says why.",
    )
    untold_since = fields.Datetime(readonly=True, string="Not written down since")
    untold_text = fields.Char(compute="_compute_untold_text")
    findings = fields.Json(readonly=True)
    words = fields.Text(compute="_compute_words", string="What Was Found")

    @api.depends("findings")
    @api.depends_context("lang")
    def _compute_words(self):
        for check in self:
            check.words = "\n".join(self._sentence(finding) for finding in check.findings or ()) or False

    @api.depends("untold", "untold_since")
    @api.depends_context("lang", "tz")
    def _compute_untold_text(self):
        for check in self:
            check.untold_text = bool(check.untold) and check.env._(
                "Acts that could not be written down: %(count)s, the first on %(moment)s. They were done all the same; "
                "the server log says why.",
                count=check.untold,
                moment=format_datetime(check.env, check.untold_since),
            )

    @api.model
    def _sentence(self, finding):
        text = FINDINGS.get(finding["code"])
        if not text:
            return finding["code"]
        sentence = self.env._(text)  # what is filled in goes in afterwards: the text itself is translated
        return sentence % finding

    # -- checking --------------------------------------------------------------------------------------------------

    @api.model
    def action_check(self):
        """Seal what waits, follow the record of the company one works in, and show what was found."""
        return self._follow(self.env.company)._show()

    def _show(self):
        """The window of this check."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.env._("Check of the record"),
        }

    @api.model
    def _follow(self, company, heads=None):
        """Check one company and keep the result. Whoever may read its checks may ask for one.

        :raises AccessError: no right to the records of follow-up.
        """
        self.check_access("read")
        self.env["dunning.sealing"]._seal()
        with apart(self.env) as env:  # which sees what was sealed a moment ago
            # sudo: the whole chain, whoever asks; the result is his company's own
            walk = env["dunning.verification"].sudo()._verify(company.with_env(env), heads)
            unsealed = env["dunning.sealing"].sudo()._unsealed_count(company)  # sudo: a number
            untold, since = env["dunning.event"].sudo()._untold(company)  # sudo: as above
        values = self._values(company, walk) | {"unsealed": unsealed, "untold": untold, "untold_since": since}
        return self.sudo().create(values)

    @api.model
    def _values(self, company, walk):
        broken = [finding for finding in walk.findings if finding.broken]
        told = sorted(walk.findings, key=lambda finding: (not finding.broken, finding.seq))[:TOLD]
        return {
            "company_id": company.id,
            "user_id": self.env.uid,
            "fits": not broken,
            "events": walk.seq,
            "head": f"{walk.seq}:{walk.digest}" if walk.seq else False,
            "findings": [{"seq": finding.seq, "code": finding.code, "about": finding.about} for finding in told],
        }

    @api.model
    def _nightly(self):
        """Check every company that has a record, and alert whoever is responsible where something does not fit."""
        self.env["dunning.sealing"]._seal()
        with apart(self.env) as env:
            heads = list(env["dunning.sealing"]._heads())
        # those that were archived have their record as well
        companies = self.env["res.company"].with_context(active_test=False).search([("id", "in", heads)])
        each_apart(companies, self._check_and_alert, "Check of the record of events")

    @api.model
    def _check_and_alert(self, company):
        """Of checks where all fitted the last hundred stay."""
        self._follow(company)._alert()
        self.search([("company_id", "=", company.id), ("fits", "=", True)], offset=KEPT).unlink()

    def _alert(self):
        """Whoever keeps the follow-up of the company is told, once; the task goes away when all fits again."""
        keeper = self.company_id.dunning_responsible_id
        env = self.with_context(lang=keeper.lang, tz=keeper.tz).env
        summary = env._("The record of events does not fit")
        known = self._tasks(summary)
        if self.fits:
            known.unlink()
        elif not known:
            advice = env._(
                "Something was changed or removed past Odoo. See History, Record, Checks of the record, for what it is."
            )
            self._give_task(summary, advice, self.with_env(env)._sentence(self.findings[0]))
        self._alert_untold(env)

    def _alert_untold(self, env):
        """The same where acts could not be written down since the last check: somebody has to look."""
        before = self.search([("company_id", "=", self.company_id.id), ("id", "<", self.id)], limit=1)
        summary = env._("Something is missing in the record of events")
        if self.untold > before.untold and not self._tasks(summary):
            advice = env._(
                "Acts of accounting were done although their event could not be written: %s in all. See History, "
                "Record, Record of events, for when, and the server log for why.",
                self.untold,
            )
            self._give_task(summary, advice)

    def _tasks(self, summary):
        """The open tasks about the record that are called this."""
        return self.company_id.partner_id.activity_ids.filtered(lambda task: task.summary == summary)

    def _give_task(self, summary, *words):
        """A task for whoever keeps the follow-up of the company, if anybody does."""
        if keeper := self.company_id.dunning_responsible_id:
            note = Markup().join(Markup("<p>%s</p>") % text for text in words)
            self.company_id.partner_id.activity_schedule(TROUBLE, summary=summary, note=note, user_id=keeper.id)

    @api.ondelete(at_uninstall=False)
    def _unlink_broken(self):
        if not all(self.mapped("fits")):
            raise UserError(self.env._("A check that found something stays on record."))
