from odoo import api, fields, models
from odoo.tools import format_date

from ...engine import rules
from ...law import terms

# How well it is proven that a letter was received, weakest first.
NONE, SENT, DELIVERED, READ = "none", "sent", "delivered", "read"
GRADES = [
    (NONE, "Nothing proven"),
    (SENT, "Sent"),
    (DELIVERED, "Delivered"),
    (READ, "Read"),
]

# Attempts that failed prove nothing, whatever a carrier reported of them before.
FAILED_ATTEMPTS = {"refused", "bounced", "unsure", "withheld", "returned", "not_allowed", "queued", "deferred"}


class DunningLetterReceiptMixin(models.AbstractModel):
    """How well it is proven that a letter reached its debtor, and what that does to the term it gave."""

    _name = "dunning.letter.receipt.mixin"
    _description = "Proof of receipt of a dunning letter"

    receipt_grade = fields.Selection(
        GRADES,
        string="Proof of receipt",
        compute="_compute_receipt",
        help="Sent: handed to the mail server or the post; receipt is presumed at most, the debtor may deny "
        "it. Delivered: the carrier says on which day. Read: the debtor opened the page of the letter. A letter works "
        "from the moment it reached the debtor (art. 3:37(3) BW); who sent it has to prove that.",
    )
    receipt_on = fields.Date(
        string="Received on", compute="_compute_receipt", help="The first day on which receipt is proven."
    )
    receipt_basis = fields.Char(string="Rests on", compute="_compute_receipt", help="What proves it, with the article.")

    @api.depends("state", "sent_on", "is_test", "dispatch_ids.state", "dispatch_ids.delivered_on", "opening_ids")
    @api.depends_context("lang")
    def _compute_receipt(self):
        for letter in self:
            opened, delivered = letter._opened_days(), letter._delivered_days()
            letter.receipt_on = min((*opened, *delivered), default=False)
            if opened:
                letter.receipt_grade = READ
            elif delivered:
                letter.receipt_grade = DELIVERED
            else:
                letter.receipt_grade = SENT if letter.sent_on and not letter.is_test else NONE
            letter.receipt_basis = letter._receipt_basis(opened, delivered)

    def _opened_days(self):
        """The days on which the debtor had the page on his screen, where the company is."""
        self.ensure_one()
        return [self.company_id._dunning_day(opening.opened_at) for opening in self.opening_ids]

    def _delivered_days(self):
        """The days on which a carrier says that it was delivered."""
        self.ensure_one()
        attempts = self.dispatch_ids.filtered(lambda attempt: attempt.delivered_on)
        return [attempt.delivered_on for attempt in attempts if attempt.state not in FAILED_ATTEMPTS]

    def _receipt_basis(self, opened, delivered):
        """What the grade rests on, in a sentence with its article."""
        self.ensure_one()
        env, country = self.env, self.regime_id.country_id.code or self.company_id.country_id.code
        article = env._("art. 3:37(3) BW") if country == "NL" else ""
        if country == "BE" and self.legal_type == rules.STATUTORY_NOTICE:
            article = env._("art. XIX.2(1) and (5) WER: the term counts from sending, and the sender proves it")
        if opened:
            basis = env._("The debtor opened its page on %s", format_date(env, min(opened)))
        elif delivered:
            basis = env._("The carrier delivered it on %s", format_date(env, min(delivered)))
        elif not self.sent_on or self.is_test:
            return env._("It did not go out")
        elif self._law_channel() == "email":
            basis = env._("The mail server took it on %s; that it arrived is not proven", self._sent_day())
        elif self._law_channel() == "registered":
            basis = env._("Handed to the post on %s; without proof of delivery no term runs", self._sent_day())
        else:
            basis = env._("Posted on %s; arrival after the usual days is presumed until denied", self._sent_day())
        return f"{basis} ({article})" if article else basis

    def _sent_day(self):
        return format_date(self.env, self.sent_on)

    def _law_channel(self):
        """How it went, as the law tells ways apart: e-mail, post or registered."""
        self.ensure_one()
        mailed = any(attempt.channel == "email" and attempt.state == "accepted" for attempt in self.dispatch_ids)
        if not mailed and (copies := self._posted_copies()):  # its mail came back
            return "registered" if "registered" in copies.mapped("channel") else "post"
        return self._law_way(bool(self.message_id))

    def _receipt_proof(self):
        """The proven day of receipt that the term counts from, and what it proves, for ``law.terms``.

        A carrier's day is the day itself; of several the last, so that no term ends too early. That the page was opened
        says that it had come by then, and counts where nothing else does. A day before that of sending proves nothing.

        :return: ``(day, proof)``; ``(None, None)`` when receipt is not proven.
        """
        self.ensure_one()
        delivered = [day for day in self._delivered_days() if day >= self.sent_on]
        if delivered:
            return max(delivered), terms.DELIVERED
        opened = [day for day in self._opened_days() if day >= self.sent_on]
        return (min(opened), terms.SEEN) if opened else (None, None)

    def _count_from_receipt(self):
        """Count the term of letters that were sent again, now that more is known of their receipt. It only gets longer.

        The Dutch terms run from receipt (6:96(6) and 6:82 BW; 3:37(3) BW), so a later proven day moves them on, and a
        registered letter gets its term with the proof. An earlier day does not take back what was counted before: the
        debtor may rely on the words that he has and on the usual days of the post. The Belgian term counts from
        sending and stays (art. XIX.2(1) WER). The next steps wait along.
        """
        longer = {}
        for letter in self.filtered(lambda letter: letter.state == "sent" and letter.sent_on):
            day, proof = letter._receipt_proof()
            if day and (vals := letter._longer_term(day, proof)):
                longer[letter] = vals, {"received": day}
        return self._lengthen(longer)

    def _longer_term(self, day, proof):
        """The term counted from a proven day; nothing when it would not end later than the one that was counted."""
        self.ensure_one()
        return self._only_longer(self._prepare_term(self.sent_on, self._law_channel(), day, proof))
