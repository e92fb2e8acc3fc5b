import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..run.dunning_progress import progress

_logger = logging.getLogger(__name__)

FREQUENCIES = [("none", "None"), ("daily", "Every day"), ("weekly", "On Mondays")]
RIGHT = "cremann_dunning.group_dunning_user"
WEEK = timedelta(days=7)


class DunningDigest(models.Model):
    """How often somebody gets a mail about one of his companies."""

    _name = "dunning.digest"
    _description = "Digest mail"
    _inherit = ["dunning.record.mixin"]
    _order = "user_id, company_id"
    _rec_name = "company_id"

    user_id = fields.Many2one(
        "res.users",
        string="For",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    frequency = fields.Selection(
        FREQUENCIES,
        string="How often",
        required=True,
        default="weekly",
        help="Every day: when there is something to tell. On Mondays: always, and a day later where that was missed.",
    )
    chosen_on = fields.Date(readonly=True, copy=False, help="The day on which that was chosen.")
    sent_on = fields.Date(string="Last looked at on", readonly=True, copy=False, help="No second mail on that day.")
    sent_at = fields.Datetime(readonly=True, copy=False, help="What happened since then is told next.")
    amounts = fields.Json(
        readonly=True, copy=False, help="What was overdue on the last days on which it was looked at."
    )
    stopped = fields.Selection(
        [
            ("archived", "The user is archived"),
            ("right", "The user has no right to dunning any more"),
            ("company", "The company is not among those of the user any more"),
            ("closed", "The company is archived"),
            ("email", "The user has no e-mail address"),
        ],
        string="Why none is sent",
        compute="_compute_stopped",
    )

    _user_company_uniq = models.Constraint(
        "UNIQUE(user_id, company_id)", "There is a digest of this company already. Change how often it comes instead."
    )

    @api.depends("user_id", "company_id")
    def _compute_stopped(self):
        for digest in self:
            digest.stopped = digest._why_not()

    def _why_not(self):
        self.ensure_one()
        user, company = self.sudo().user_id, self.sudo().company_id  # sudo: what holds the mail back, for its reader
        if not user.active:
            return "archived"
        if not user.has_group(RIGHT):
            return "right"
        if company not in user.with_context(active_test=False).company_ids:
            return "company"
        if not company.active:
            return "closed"
        return False if user.email else "email"

    @api.constrains("user_id", "company_id")
    def _check_own_company(self):
        for digest in self:
            if digest.company_id not in digest.user_id.sudo().company_ids:  # sudo: of a colleague, for a manager
                raise ValidationError(self.env._("Choose a company of your own: you would get no digest of others."))

    @api.model_create_multi
    def create(self, vals_list):
        """The first one comes on the first day that it is due from now on."""
        digests = super().create(vals_list)
        digests._chosen()
        return digests

    def write(self, vals):
        """Another frequency begins today."""
        changed = self.filtered(lambda digest: vals.get("frequency", digest.frequency) != digest.frequency)
        result = super().write(vals)
        changed._chosen()
        return result

    def _chosen(self):
        for digest in self.sudo():  # sudo: a day that nobody chooses
            digest.chosen_on = digest.company_id._dunning_today()

    @api.model
    def _choose(self, companies, frequency):
        """Let whoever asks get a digest of these companies so often."""
        known = self.search([("user_id", "=", self.env.uid), ("company_id", "in", companies.ids)])
        known.frequency = frequency
        if frequency != "none":
            missing = companies - known.company_id
            self.create([{"company_id": company.id, "frequency": frequency} for company in missing])

    # -- sending --------------------------------------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Every hour: the digests that are due, each in a transaction of its own."""
        # sudo: of everybody, whoever the cron runs as
        digests = self.sudo().search(Domain("frequency", "!=", "none"), order="sent_on NULLS FIRST, id")
        due = digests.filtered(lambda digest: digest._is_due() and not digest._why_not())
        left = len(due)
        progress(self.env, remaining=left)
        for digest in due:
            left -= 1
            try:
                with self.env.cr.savepoint():
                    digest._send()
            except Exception:  # whatever it is, the others get theirs; the next call tries this one again
                _logger.exception("Digest %s was not sent", digest.id)
                self.env.invalidate_all(flush=False)
            if not progress(self.env, 1, remaining=left):
                return

    def _is_due(self):
        """Whether this is a day and an hour for it, where the company is: after the run of that day."""
        self.ensure_one()
        now = self.company_id._dunning_now()
        today = now.date()
        if now.hour < self.company_id.dunning_send_hour or self.sent_on == today:
            return False
        if self.frequency == "daily":
            return True
        monday = today - timedelta(days=today.weekday())
        return (not self.sent_on or self.sent_on < monday) and (self.chosen_on or monday) <= monday

    def _send(self):
        """Mail it, unless there is nothing to tell and it comes every day; either way the day is done."""
        self.ensure_one()
        locked = self.try_lock_for_update()
        if not locked or not locked._is_due():  # somebody else does it
            return
        user, today, now = self.user_id, self.company_id._dunning_today(), fields.Datetime.now()
        since = self.sent_at or now - (WEEK if self.frequency == "weekly" else timedelta(days=1))
        service = self.env["dunning.digest.mail"].with_user(user)
        service = service.with_context(
            lang=user.lang or self.env.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
        )
        facts = service._facts(self.company_id.id, since)
        earlier = (self.amounts or {}).get(str(today - WEEK))
        kept = {day: amount for day, amount in (self.amounts or {}).items() if day >= str(today - WEEK)}
        self.write({"sent_on": today, "sent_at": now, "amounts": kept | {str(today): facts["overdue"]}})
        if self.frequency == "weekly" or service._is_something(facts):
            service._mail(self.company_id.id, today, facts, earlier)
