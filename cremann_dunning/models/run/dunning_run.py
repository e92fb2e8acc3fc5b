from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .. import dunning_bulk
from .. import dunning_counted as counted
from . import (
    dunning_run_answers_mixin,  # noqa: F401  (the mixins before the model that is made of them)
    dunning_run_approval_mixin,  # noqa: F401
    dunning_run_sending_mixin,  # noqa: F401
    dunning_run_telling_mixin,  # noqa: F401
)


class DunningRun(models.Model):
    """One date in one company: propose, review, confirm."""

    _name = "dunning.run"
    _description = "Dunning run"
    _inherit = [
        "dunning.record.mixin",
        "dunning.run.answers.mixin",
        "dunning.run.approval.mixin",
        "dunning.run.sending.mixin",
        "dunning.run.telling.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    date = fields.Date(required=True, default=lambda self: self.env.company._dunning_today())
    user_id = fields.Many2one(
        "res.users",
        string="Made by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    state = fields.Selection(
        [("draft", "New"), ("proposed", "Proposed"), ("done", "Confirmed"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    automatic = fields.Boolean(
        readonly=True, copy=False, help="Made by the daily job: only levels that are marked automatic."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Only these debtors",
        check_company=True,
        help="Leave empty for every debtor with something overdue.",
    )
    letter_ids = fields.One2many("dunning.letter", "run_id", string="Letters")
    decision_ids = dunning_bulk.UnguardedMany2many(
        "dunning.decision", "dunning_decision_run_rel", "run_id", "decision_id", readonly=True, copy=False
    )
    letter_count = fields.Integer(compute="_compute_counts")
    draft_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")
    to_post_count = fields.Integer(compute="_compute_counts")
    paper_count = fields.Integer(
        string="To print and post", compute="_compute_paper_count", help="Letters on paper that wait to be posted."
    )
    manager_count = fields.Integer(
        compute="_compute_manager_count", help="Drafts of levels that only a manager confirms."
    )
    unsent_count = fields.Integer(compute="_compute_counts")
    mode = fields.Selection(related="company_id.dunning_mode", string="Letters are")
    test_address = fields.Char(compute="_compute_test_address")
    is_ahead = fields.Boolean(compute="_compute_is_ahead")
    stale_rates = fields.Char(compute="_compute_stale_rates")
    bank_behind = fields.Char(compute="_compute_bank_behind")
    off_day = fields.Char(compute="_compute_off_day")
    proposed_on = fields.Datetime(readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)
    rates_noted_on = fields.Date(
        readonly=True, copy=False, help="The day the responsible was told that letters wait for an outdated rate."
    )

    is_trimmed = fields.Boolean(
        string="Changes only",
        readonly=True,
        copy=False,
        help="Of its answers those are left that were new on its day. The others stand in runs before it.",
    )
    drafts_noted_on = fields.Date(
        string="Told that letters wait on", readonly=True, copy=False, help="The day whoever made the run was told."
    )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            run.name = self.env._("Run of %s", format_date(self.env, run.date)) if run.date else ""

    @api.depends("letter_ids.state")
    def _compute_counts(self):
        states = {run: Counter() for run in self}
        for run, state, count in self.env["dunning.letter"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            states[run][state] = count
        for run in self:
            counts = states[run]
            run.letter_count = counts.total() - counts["cancelled"]
            run.draft_count = counts["draft"]
            run.sent_count = counts["sent"]
            run.failed_count = counts["failed"]
            run.to_post_count = counts["issued"]
            run.unsent_count = counts["issued"] + counts["failed"]

    @api.depends("letter_ids.outcome", "letter_ids.has_copy_to_post")
    def _compute_paper_count(self):
        waiting = Domain("outcome", "=", "not_posted") | Domain("has_copy_to_post", "=", True)
        counts = dict(
            self.env["dunning.letter"]._read_group(Domain("run_id", "in", self.ids) & waiting, ["run_id"], ["__count"])
        )
        for run in self:
            run.paper_count = counts.get(run._origin, 0)

    def action_print_and_post(self):
        """Print the letters on paper of this run, and say when they were posted."""
        self.check_access("write")
        return self.letter_ids.action_print_and_post()

    @api.depends("letter_ids.state")
    @api.depends_context("uid")
    def _compute_manager_count(self):
        for run in self:
            run.manager_count = len(run._waiting_for_manager())

    @api.depends("company_id")
    def _compute_test_address(self):
        for run in self:
            company = run.company_id
            run.test_address = company.dunning_mode == "test" and company._dunning_test_address()

    @api.depends("date", "company_id")
    def _compute_is_ahead(self):
        for run in self:
            run.is_ahead = bool(run.date) and run.date > run.company_id._dunning_today()

    def _compute_stale_rates(self):
        """Interest tables that have not been brought up to date: whoever confirms has to know."""
        for run in self:
            asks = run.company_id and run.state in ("draft", "proposed")
            run.stale_rates = ", ".join(run.company_id._dunning_stale_tables().mapped("name")) if asks else False

    @api.depends("state", "date", "company_id")
    def _compute_bank_behind(self):
        """The bank journal that is too far behind: whoever confirms by hand has to know."""
        for run in self:
            asks = run.company_id and run.state in ("draft", "proposed") and not run.is_ahead
            behind = asks and run.company_id._dunning_house().bank_behind(run.company_id._dunning_today())
            run.bank_behind = behind and f"{behind[0]}, {format_date(self.env, behind[1])}"

    @api.depends("state", "date", "company_id", "letter_ids")
    def _compute_off_day(self):
        """Procedures of this run that would not send by themselves today."""
        for run in self:
            asks = run.company_id and run.state == "proposed" and not run.is_ahead
            today = asks and run.company_id._dunning_today()
            procedures = run.letter_ids.procedure_id.sudo() if asks else run.env["dunning.procedure"]
            run.off_day = "; ".join(
                p.name for p in procedures if p._engine_procedure(run.company_id).sending_day(today) != today
            )

    def write(self, vals):
        """What was decided for a day and these debtors is not told otherwise afterwards.

        :raises UserError: the run was proposed already.
        """
        settled = self.filtered(lambda run: run.state != "draft")
        if settled and settled._changed(vals, {"date", "partner_ids"} & set(vals)):
            raise UserError(
                self.env._("A run that was proposed keeps its day and its debtors. Cancel it and make a new one.")
            )
        result = super().write(vals)
        if vals.get("state") in ("done", "cancelled"):  # what was asked of somebody about its letters is done with
            self.filtered("drafts_noted_on").sudo().activity_unlink(["mail.mail_activity_data_todo"])  # sudo: of others
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        if self.filtered(lambda run: run.state == "done"):
            raise UserError(self.env._("A run that was confirmed stays on record."))
        # sudo: letters of the run that did not go with it as drafts, whoever may see them
        if self.env["dunning.letter"].sudo().with_context(active_test=False).search_count([("run_id", "in", self.ids)]):
            raise UserError(self.env._("Letters were made in this run, so it stays on record."))

    # -- propose --------------------------------------------------------------------------------------------------

    def action_propose(self):
        """Decide on every overdue invoice and make draft letters; nothing leaves the house.

        Proposing again starts from the facts of now. Of the run's own drafts those stay that would come out the same.
        """
        for run in self:
            if run.state not in ("draft", "proposed"):
                raise UserError(self.env._("This run was confirmed or cancelled. Make a new one."))
            run.check_access("write")
            run._check_not_before_last()
            # sudo: letters and decisions are evidence, written by the engine only; users read them
            run = run.sudo()
            run.env["dunning.proposal"]._make(run)
        return True

    def _check_not_before_last(self):
        """What the ledger held on a day that others have built on cannot be decided about any more.

        :raises UserError: when a later run of the company has been confirmed.
        """
        self.ensure_one()
        later = [("company_id", "=", self.company_id.id), ("state", "=", "done"), ("date", ">", self.date)]
        if last := self.search(later, order="date desc", limit=1):
            raise UserError(
                self.env._(
                    "A run of %(last)s was confirmed already, so a run of %(date)s comes too late. Choose %(last)s or "
                    "a later day.",
                    last=format_date(self.env, last.date),
                    date=format_date(self.env, self.date),
                )
            )

    # -- confirm --------------------------------------------------------------------------------------------------

    def action_confirm(self):
        """Check every draft once more, issue it and hand it to the outbox or the printer.

        Confirming twice sends nothing twice: a confirmed run has no drafts left. When a letter charges interest from
        an outdated table nothing goes out yet: the answer is a window that asks first.
        """
        self._check_confirm()
        # sudo: letters and decisions are evidence, written by the engine only; users read them
        runs = self.sudo()
        rates = runs.env["dunning.stale.rates"]
        if not rates._agreed() and any(rates._waiting(run) for run in runs):
            return rates._ask(runs)
        for run in runs:
            runs.env["dunning.confirmation"]._issue(run)
        return True

    def _check_confirm(self):
        for run in self:
            run.check_access("write")
            if run.state == "done":
                raise UserError(self.env._("This run was confirmed already. Its letters are in the list Letters."))
            if run.state != "proposed":
                raise UserError(self.env._("Propose the run first, look at the letters, then confirm it."))
            if run.date > run.company_id._dunning_today():
                raise UserError(
                    self.env._(
                        "This run is dated %s, which is in the future. It shows what would go out then; confirm it "
                        "on that day.",
                        format_date(self.env, run.date),
                    )
                )
            run.company_id._dunning_require_on()
            run._check_approval()
            waiting = len(run._waiting_for_manager())
            if waiting and waiting == run.draft_count:
                raise UserError(
                    self.env._("All letters of this run are of levels that a manager confirms. Ask one to confirm it.")
                )

    def _waiting_for_manager(self):
        """The drafts that whoever looks may not confirm, because their level asks for a manager."""
        self.ensure_one()
        if self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            return self.env["dunning.letter"]
        domain = [("run_id", "=", self.id), ("state", "=", "draft"), ("level_id.approval", "=", "manager")]
        return self.env["dunning.letter"].with_context(active_test=False).search(domain)

    def action_cancel(self):
        """Cancel a run that was not confirmed; its drafts go, its decisions stay."""
        for run in self:
            if run.state == "done":
                raise UserError(self.env._("A confirmed run cannot be cancelled: its letters have gone out."))
            run.check_access("write")
            run.env["dunning.proposal"].sudo()._drop_drafts(run.sudo())  # drafts are the engine's
            run._by_system().state = "cancelled"
            run._tell("letter.run_cancelled")
        return True

    def action_undo(self):
        """Take back the letters of a run that have not left: those in the outbox, to be posted or not delivered.

        What is being sent at this very moment is left alone.
        """
        self.ensure_one()
        self.check_access("write")
        run = self.sudo()  # evidence is written by the system
        unsent = run.letter_ids.filtered(lambda letter: letter.state in ("issued", "failed"))
        free = unsent.try_lock_for_update(allow_referencing=True)
        free._cancel(self.env._("Taken back before it left, by %s", self.env.user.name), cause="undone")
        free._let_claims_follow()
        sent = len(run.letter_ids.filtered(lambda letter: letter.state == "sent"))
        run._tell("letter.run_undone", letters=len(free), stayed=sent + len(unsent - free))
        return True

    def action_open_letters(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_letter_action")
        return action | {"domain": [("run_id", "=", self.id)], "context": {}}

    # -- daily job ------------------------------------------------------------------------------------------------

    @api.model
    def _remind_of_drafts(self, company):
        """Tell once who made a run that its letters wait: the daily job makes none about their invoices meanwhile."""
        today = company._dunning_today()
        domain = [("company_id", "=", company.id), ("automatic", "=", False), ("state", "=", "proposed")]
        domain += [("date", "<", today), ("letter_ids.state", "=", "draft"), ("drafts_noted_on", "=", False)]
        for run in self.search(domain):
            run.drafts_noted_on = today
            keeper = run.user_id.filtered(lambda user: user.active and not user.share)
            keeper = keeper or company.dunning_responsible_id
            if not keeper:
                continue
            env = self.with_context(lang=keeper.lang, tz=keeper.tz).env
            run.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("Letters wait in this run"),
                note=env._(
                    "Proposed and never confirmed: %s. The daily job makes none about the same invoices until the run "
                    "is confirmed or cancelled.",
                    counted.letters(env, run.draft_count),
                ),
                user_id=keeper.id,
            )

    def unlink(self):
        """What a run has drafted goes with it: nobody would find it again."""
        self.env["dunning.proposal"].sudo()._drop_drafts(self.sudo())  # sudo: drafts are the engine's
        return super().unlink()

    @api.model
    def _cron_run(self):
        """The daily job; databases keep the code of their cron, so that it goes on calling it here."""
        self.env["dunning.daily.job"]._work()
