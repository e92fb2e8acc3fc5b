import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import format_date

from ..dunning_money import written

# Keys of letters are typed over from paper: no vowels, so that no word comes out of it, and nothing that looks like
# another letter or a digit. Twenty of nineteen letters are some 85 bits.
KEY_LETTERS = "bcdfghjkmnpqrstvwxz"
KEY_LENGTH = 20

# What a debtor with a login may read of his own letters. The rest is how a firm works, and nobody's business outside:
# whoever adds a field decides whether it belongs here.
FOR_DEBTORS = {
    "id", "name", "date", "state", "company_id", "currency_id", "amount_total", "subject", "sent_on", "is_test",
    "access_url", "write_date", "partner_id",
}  # fmt: skip

# What came of a letter on the page: some of it is open, what is not paid is on its way, all of it is paid, nothing is
# asked because an invoice was withdrawn or the debtor became insolvent, or it no longer counts.
OPEN, UNDER_WAY, PAID, WITHDRAWN, VOID = "open", "under_way", "paid", "withdrawn", "void"
INSOLVENT = "insolvent"
NOT_HIS_TO_PAY = {"INSOLVENT", "DISCHARGED", "ESTATE"}


class DunningLetterPageMixin(models.AbstractModel):
    """The page of a letter: the debtor reads it without a login, with the key that stands in it."""

    _name = "dunning.letter.page.mixin"
    _inherit = "portal.mixin"
    _description = "Debtor's page of a dunning letter"

    opening_ids = fields.One2many("dunning.opening", "letter_id", string="Openings", readonly=True, copy=False)
    page_url = fields.Char(compute="_compute_page_urls", help="The debtor's page of this letter, with its key.")
    page_url_text = fields.Char(compute="_compute_page_urls", help="Its short address, as it is printed on paper.")
    message_url = fields.Char(compute="_compute_message_url", help="Where a short message points to.")

    # -- the key --------------------------------------------------------------------------------------------------

    @api.model
    def _new_key(self):
        return "".join(secrets.choice(KEY_LETTERS) for _letter in range(KEY_LENGTH))

    def _give_keys(self):
        """A key for every letter that gets a page, before its text is frozen with the link in it."""
        # what an answer says is no list of invoices, so it has no page
        letters = self.filtered(lambda letter: letter.company_id.dunning_page and not letter.answer)
        for letter in letters.filtered(lambda letter: not letter.access_token):
            letter.access_token = self._new_key()
        self.env["dunning.page.key"].sudo()._make(letters)  # sudo: as the letter, written by the system

    def _portal_ensure_token(self):
        """Every letter has a key of our own form, also one from before there were pages."""
        if not self.access_token:
            # sudo: as in portal; the key is no part of what the letter says
            self.sudo().access_token = self._new_key()
        self.env["dunning.page.key"].sudo()._make(self)  # sudo: see above
        return self.access_token

    @api.model
    def _typed_key(self, typed):
        """A key as somebody typed it over from paper: dashes, spaces and capitals do not matter."""
        return re.sub(r"[^a-z]", "", (typed or "").lower())

    def _compute_access_url(self):
        for letter in self:
            letter.access_url = f"/my/dunning/{letter.id}"

    @api.depends("access_token", "answer", "company_id.dunning_page")
    def _compute_page_urls(self):
        """Both addresses; a draft shows them without the key that it gets when it is issued."""
        for letter in self:
            key = letter.access_token
            # `_origin`: a letter that is being looked at in a form has its id there
            paged = letter.company_id.dunning_page and not letter.answer
            if not paged or not letter._origin.id or (not key and letter.state != "draft"):
                letter.page_url = letter.page_url_text = False
                continue
            base = letter.get_base_url()
            parts = [key[start : start + 5] for start in range(0, len(key), 5)] if key else ["…"]
            letter.page_url = f"{base}/my/dunning/{letter._origin.id}" + (f"?access_token={key}" if key else "")
            letter.page_url_text = f"{base.split('://')[-1]}/letter/{letter._origin.id}/{'-'.join(parts)}"

    def _compute_message_url(self):
        """The debtor's page of the letter, or that of its one invoice."""
        for letter in self:
            letter.message_url = letter.page_url or letter.pay_url

    # -- who may see it -------------------------------------------------------------------------------------------

    def _has_field_access(self, field, operation):
        """A debtor with a login reads of a letter what was meant for him, and nothing of how it came about."""
        if not self.env.su and self.env.user.share and field.name not in FOR_DEBTORS:
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):  # noqa: A002
        """The key opens the page and not the chatter behind it, whose names come from portal."""
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """No button in a mail leads a debtor to a page that is closed."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if len(self) == 1 and not self.sudo()._is_page_open():  # sudo: whoever writes need not open settings
            groups = [group for group in groups if group[0] != "portal_customer"]
            for name, _match, options in groups:
                if name == "portal":
                    options["has_button_access"] = False
        return groups

    def _is_page_open(self):
        """Whether debtors may read it: it went out or may lie in the post, to a debtor, and the company wants pages."""
        self.ensure_one()
        left = self.state != "draft" and self.pdf_sha256
        return bool(left and not self.is_test and self.company_id.dunning_page)

    def _check_page(self, user):
        """Let debtors in where the page is open. Colleagues look at test letters too, once these are made.

        :param user: who looks; that he has the key, or may read the letter, was checked before.
        :raises MissingError: there is no such page.
        """
        self.ensure_one()
        if self._is_page_open() or (user._is_internal() and self.is_test and self.pdf_sha256):
            return
        raise MissingError(self.env._("There is no page of this letter."))

    def _key_opens(self):
        """Whether the key of this letter opens its page today: it neither expired nor was revoked."""
        self.ensure_one()
        key = self.env["dunning.page.key"].sudo().search([("letter_id", "=", self.id)])  # sudo: for whoever has it
        return bool(key) and key._is_open()

    # -- what it shows --------------------------------------------------------------------------------------------

    def _page_values(self):
        """What the page shows beside the frozen words: what is open by now, and how to pay exactly that.

        :return: ``state`` (open, under_way, paid, withdrawn, insolvent or void), ``demanded`` and ``listed`` (a row per
            claim: ``line``, ``asked``, ``open``, ``under_way``, ``withdrawn``, ``invoice``, ``decision``, and ``rest``,
            the decision on what is left of it beyond an invoice that is paid),
            ``amount_now`` and its ``qr``, ``agreed`` (see ``_page_agreement``), ``online`` (whether it can be paid
            through Odoo's payment pages) and the invoices ``payable`` there, ``beyond`` (what of it is costs and
            interest), ``under_way`` (what was paid and is not booked, over what is demanded), the ``body`` as HTML.
        """
        self.ensure_one()
        rows = self._page_rows()
        agreed = self._page_agreement(rows)
        demanded = [row for row in rows if row["line"].principal_part]
        beyond = self._page_beyond()
        coming = min(beyond, self.env["dunning.online.payment"]._beyond_under_way(self._demanded_lines().claim_id))
        beyond = self.currency_id.round(beyond - coming)
        paid = sum(row["asked"] - row["open"] for row in demanded)
        paid += self.amount_interest + self.amount_costs - beyond
        amount_now = self.currency_id.round(max(self.amount_total - paid, 0.0))
        under_way = self.currency_id.round(sum(row["under_way"] for row in demanded) + coming)
        if agreed and agreed["in_instalments"]:
            amount_now = self.currency_id.round(max(float(agreed["amount"]) - under_way, 0.0))
        state = self._page_state(demanded, under_way, beyond)
        payable = self._payable(demanded) if state == OPEN else self.env["account.move"]
        whole = state == OPEN and not self.currency_id.compare_amounts(amount_now, self.amount_total)
        return {
            "letter": self,
            "state": state,
            "demanded": demanded,
            "listed": [row for row in rows if not row["line"].principal_part],
            "amount_now": amount_now,
            "agreed": state == OPEN and agreed,
            "payable": payable,
            "online": bool(payable) and self._can_pay_online(amount_now),
            "part_paid": state == OPEN and self.currency_id.compare_amounts(paid, under_way) > 0,
            "under_way": under_way,
            "qr": state == OPEN and self._qr_image(amount_now),
            # a code on the letter itself only while it asks the right amount
            "body": self.paper_body if whole else self.shown_body,
            "beyond": beyond,
            "only_beyond": state == OPEN and not any(row["open"] for row in demanded),
            "phone": self.user_id.phone or self.company_id.phone,
            "email": self.user_id.email or self.company_id.email,
        }

    def _page_state(self, demanded, under_way, beyond):
        """What came of the letter, from the rows of what it demands, what was paid and is not booked, and what is left
        of costs and interest."""
        if self.state == "cancelled" and not self.is_test:
            return VOID
        still_open = [row for row in demanded if row["open"]]
        decisions = [row["decision"] for row in still_open]
        decisions += [row["rest"] for row in demanded if row["rest"] and beyond]
        if any(decision.code in NOT_HIS_TO_PAY for decision in decisions):
            return INSOLVENT
        if still_open or (beyond and not under_way):
            return OPEN
        if under_way:
            return UNDER_WAY
        return WITHDRAWN if any(row["withdrawn"] for row in demanded) else PAID

    def _page_deadline(self):
        """The last day to pay as a person says it, with the day of the week."""
        self.ensure_one()
        return format_date(self.env, self.deadline, date_format="EEEE d MMMM y")

    def _page_total(self):
        """What the letter asks, as the reader writes amounts: whoever has a login may read no more of it."""
        self.ensure_one()
        return written(self.env, self.amount_total, self.currency_id)

    def _page_rows(self):
        """Per claim what the letter asked and what is open of it now, after payments and the debtor's own credits.

        What came into dispute since counts as open: it was not paid. More than the letter asks is never shown. An
        invoice that was deleted or is no longer booked was withdrawn and not paid.
        """
        self.ensure_one()
        found = self.env["dunning.engine"]._decide_now(self.company_id, self, keep_debtors=True, all_rests=True)
        debtor, outcome = found.get(self.partner_id.id, (None, None))
        now = {decision.claim.line_id: decision for decision in outcome.decisions} if outcome else {}
        received = self.env["dunning.asked"]._received(self.company_id, debtor, outcome.question) if outcome else {}
        booked = self.line_ids.move_line_id.exists().filtered(lambda item: item.parent_state == "posted")
        rows = []
        for line in self.line_ids:
            decision, is_open, under_way = now.get(line.move_line_id.id), 0.0, 0.0
            rest = None
            if decision and decision.claim.rest and not line.is_rest:
                rest, decision = decision, None  # the invoice is paid; what is left beyond it is no part of its row
            if decision:
                disputed_since = max(float(decision.disputed) - line.amount_disputed, 0.0)
                is_open = min(line.amount_open, float(decision.open) + disputed_since)
                not_booked = min(is_open, float(received.get(decision.claim.line_id, 0)))
                under_way = min(line.amount_open - is_open, float(decision.claim.in_payment)) + not_booked
                is_open -= not_booked
            rows.append(
                {
                    "line": line,
                    "asked": line.amount_open,
                    "open": self.currency_id.round(is_open),
                    "under_way": self.currency_id.round(under_way),
                    "withdrawn": line.move_line_id not in booked,
                    "invoice": line._page_invoice(),
                    "decision": decision,
                    "rest": rest,
                }
            )
        return rows

    def _page_agreement(self, rows):
        """What was agreed about all that the letter still asks: ``amount``, ``in_instalments``, ``text``; else None."""
        decisions = [row["decision"] for row in rows if row["line"].principal_part and row["open"]]
        codes = {decision.code for decision in decisions}
        if len(codes) != 1 or not codes <= {"PLAN", "PROMISE"}:
            return None
        facts = min((decision.facts for decision in decisions), key=lambda facts: facts["date"])
        told = {"amount": self._money(facts["amount"]), "date": self._day(facts["date"])}
        if codes == {"PROMISE"}:
            text = self.env._("We agreed that you pay %(amount)s on %(date)s at the latest.", **told)
        else:
            text = self.env._(
                "We agreed that you pay in instalments. The next one is %(amount)s, on %(date)s at the latest. The "
                "letter is not followed up as long as you pay on time.",
                **told,
            )
        return {"amount": facts["amount"], "in_instalments": codes == {"PLAN"}, "text": text}

    def _page_invoice(self, move_id):
        """One invoice of this letter, for whoever may read the letter. What went to another debtor since is not his.

        :raises MissingError: no such invoice on this letter.
        """
        self.ensure_one()
        debtor = self.partner_id.commercial_partner_id
        for line in self.line_ids:
            move = line._page_invoice()
            if move and move.id == move_id and move.commercial_partner_id.commercial_partner_id == debtor:
                return move
        raise MissingError(self.env._("There is no such invoice on this letter."))

    # -- opening --------------------------------------------------------------------------------------------------

    def _register_opening(self, address, agent):
        """The debtor has this letter on his screen: note it; the first time its term is counted from then.

        :param address: of the network; kept shortened. :param agent: name of the browser as it says itself.
        :return: whether it was noted; not when that happened in the same hour already.
        """
        self.ensure_one()
        first = not self.opening_ids
        if not self.env["dunning.opening"]._record(self, address, agent):
            return False
        if first:
            self._count_from_receipt()
        return True

    def action_open_page(self):
        """Look at the debtor's page. Colleagues who look do not count as an opening."""
        self.ensure_one()
        self.check_access("write")  # it may get its key now
        return {"type": "ir.actions.act_url", "url": self.sudo().get_portal_url(), "target": "new"}
