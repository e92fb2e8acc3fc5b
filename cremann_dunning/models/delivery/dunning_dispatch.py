from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, format_datetime

from ...engine import rules
from ...engine.addresses import addresses, joined
from ..dunning_inside import inside
from ..rules.dunning_level_channel import CHANNELS
from . import (  # the mixins before the model that is made of them
    dunning_dispatch_companion_mixin,  # noqa: F401
    dunning_dispatch_proof_mixin,  # noqa: F401
    dunning_dispatch_telling_mixin,  # noqa: F401
)

# How an attempt ends that moves something.
ARRIVED = {"accepted", "posted", "delivered"}


class DunningDispatch(models.Model):
    """One attempt to get a letter to its debtor: when, to whom, by which way, and what came of it.

    The attempt is on record before the mail server is asked. So an attempt without an end is one that was cut off: a
    server that went down, or a line that broke. Whether the letter left is then for a person to find out; it never
    goes a second time by itself.
    """

    _name = "dunning.dispatch"
    _description = "Dispatch of a dunning letter"
    _inherit = [
        "dunning.record.mixin",
        "dunning.dispatch.telling.mixin",
        "dunning.dispatch.proof.mixin",
        "dunning.dispatch.companion.mixin",
    ]
    _order = "id desc"
    _rec_name = "letter_id"

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="letter_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="letter_id.partner_id", store=True, precompute=True, string="Debtor")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    recipient = fields.Char(readonly=True, help="The address as it was used.")
    taken_to = fields.Char(
        string="Taken for",
        readonly=True,
        help="The addresses for which the mail server took it, with a space between them.",
    )
    bounced_to = fields.Char(
        string="Came back from",
        readonly=True,
        copy=False,
        help="Those of these addresses from which it came back, with a space between them. The letter came back once "
        "it did so from all of them.",
    )
    copy_to = fields.Char(string="Copy to", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    message_id = fields.Char(string="Message-ID", readonly=True, index="btree_not_null")
    started_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    ended_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [
            ("sending", "Under way"),
            ("accepted", "Taken by the mail server"),
            ("queued", "Waiting"),
            ("posted", "Posted"),
            ("deferred", "Asked to come back"),
            ("delivered", "Delivered"),
            ("refused", "Refused"),
            ("bounced", "Came back"),
            ("returned", "Returned by the post"),
            ("not_allowed", "Not allowed"),
            ("unsure", "Cut off"),
            ("withheld", "Not tried"),
        ],
        required=True,
        readonly=True,
        default="sending",
    )
    is_about_us = fields.Boolean(
        string="About us",
        readonly=True,
        help="The answer was about a limit, our login or our name, not about the address: all letters wait.",
    )
    answer = fields.Char(readonly=True, help="What the mail server said, or who found out what came of it.")
    delivered_on = fields.Date(
        string="Delivered on",
        readonly=True,
        help="The day on which it reached the debtor, as the carrier reports it. The term of the letter counts from it "
        "when it is later than was presumed.",
    )
    pdf_sha256 = fields.Char(string="SHA-256 of what went out", readonly=True)
    file_digests = fields.Text(
        string="SHA-256 of the files",
        readonly=True,
        copy=False,
        help="One line per file of the mail, as it was handed to the mail server: its digest and its name.",
    )

    _bounced_idx = models.Index("(company_id) WHERE bounced_to IS NOT NULL")
    _mailed_idx = models.Index("(company_id, started_at) WHERE channel = 'email'")
    _waiting_idx = models.Index("(letter_id) WHERE state = 'queued'")
    _one_under_way = models.UniqueIndex(
        "(letter_id) WHERE state = 'sending'", "This letter is being sent at this moment."
    )

    @api.constrains("delivered_on")
    def _check_delivered_on(self):
        """Nothing arrives before it was sent, or on a day to come."""
        for attempt in self.filtered("delivered_on"):
            company = attempt.company_id
            sent_on, today = company._dunning_day(attempt.started_at), company._dunning_today()
            if not sent_on <= attempt.delivered_on <= today:
                raise ValidationError(
                    self.env._(
                        "Letter %(letter)s was sent on %(sent)s, so it can have been delivered from that day up to and "
                        "including %(today)s, not on %(delivered)s. Enter the day that the carrier gives.",
                        letter=attempt.letter_id.name,
                        sent=format_date(self.env, sent_on),
                        today=format_date(self.env, today),
                        delivered=format_date(self.env, attempt.delivered_on),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A proven delivery may move the term of its letter."""
        attempts = super().create(vals_list)
        attempts.filtered("delivered_on").letter_id._count_from_receipt()
        return attempts

    def write(self, vals):
        """A proven delivery may move the term of its letter; what came back did so from all who are not known apart."""
        if vals.get("state") == "bounced" and "bounced_to" not in vals:
            for attempt in self.filtered(lambda attempt: not attempt.bounced_to):
                attempt.bounced_to = attempt.taken_to or joined(addresses(attempt.recipient))
        result = super().write(vals)
        if vals.get("delivered_on"):
            self.letter_id._count_from_receipt()
        return result

    @api.model
    def _prepare_attempt(self, letter):
        """What is put on record of an attempt to deliver a letter, whatever comes of it."""
        by_mail = bool(letter.mail_id) and (letter.is_test or not letter.is_on_paper)
        paper = letter.channel if letter.channel in rules.PAPER_CHANNELS and not letter.on_paper_instead else "print"
        return {
            "channel": "email" if by_mail else paper,
            "pdf_sha256": letter.pdf_sha256,
            "recipient": letter.email_to if by_mail else letter._whom(),
            "copy_to": by_mail and letter.copy_to,
            "message_id": letter.mail_id.message_id if by_mail else False,
        }

    @api.model
    def _record_posted(self, letters, user, moment=None, tracking=None):
        """Write down that these letters were put in the post.

        :param moment: when, if not now. :param tracking: further values per letter: carrier and tracking number.
        """
        end = {"state": "posted", "ended_at": fields.Datetime.now(), "user_id": user.id}
        if moment:
            end["started_at"] = moment
        tracking = tracking or {}
        return self.create(
            [
                {"letter_id": letter.id, **self._prepare_attempt(letter), **end, **tracking.get(letter.id, {})}
                for letter in letters
            ]
        )

    @api.model
    def _record_end(self, letter, state, **vals):
        """Write down how the attempt of this moment ended; one that never began is recorded whole."""
        attempt = inside(self.env, "dunning_attempt")  # known while a mail is on its way
        if not attempt or attempt.letter_id != letter or attempt.state != "sending":
            attempt = self.search([("letter_id", "=", letter.id), ("state", "=", "sending")])
        end = {"state": state, "ended_at": fields.Datetime.now(), **vals}
        if attempt:
            attempt.write(end)
            return attempt
        return self.create({"letter_id": letter.id, **self._prepare_attempt(letter), **end})

    def _withhold(self, reason):
        """This attempt came to nothing before the mail server was asked."""
        self.write({"state": "withheld", "ended_at": fields.Datetime.now(), "answer": reason})

    def _addresses_left(self):
        """The addresses for which these attempts were taken and from which nothing came back, each once."""
        left = []
        for attempt in self.filtered(lambda attempt: attempt.channel == "email"):
            bounced = attempt._bounced_addresses()
            left += [address for address in attempt._taken_addresses() if address not in bounced]
        return list(dict.fromkeys(left))

    def _taken_addresses(self):
        self.ensure_one()
        return (self.taken_to or "").split()

    def _bounced_addresses(self):
        self.ensure_one()
        return (self.bounced_to or "").split()

    @api.model
    def _cut_off(self, letters):
        """Attempts on these letters that never ended: nobody else is at work on them, so they were cut off.

        The letters are put aside for a person. Returns them.
        """
        attempts = self.search([("letter_id", "in", letters.ids), ("state", "=", "sending")])
        attempts.write({"state": "unsure", "ended_at": fields.Datetime.now()})
        for attempt in attempts:
            letter = attempt.letter_id
            letter.mail_id.write({"state": "exception", "failure_reason": attempt._question()})
            letter._register_failure(attempt._question(), "unsure")
        return attempts.letter_id

    def _question(self):
        """What a person has to find out about an attempt that was cut off."""
        self.ensure_one()
        user = self.letter_id.user_id
        env = self.with_context(lang=user.lang or self.env.lang, tz=user.tz or self.env.context.get("tz")).env
        return env._(
            "Sending was cut off at %(time)s, so it is not known whether the letter left. Look in the log of the mail "
            "server for %(message)s. If it is there, press It did leave; if not, Retry",
            time=format_datetime(env, self.started_at),
            message=self.message_id,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was done to deliver a letter stays on record."))
