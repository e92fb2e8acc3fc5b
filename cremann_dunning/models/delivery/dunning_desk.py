from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from ...engine import written
from ...tools.reply_text import own_text, whole_text
from ..dunning_inside import inside
from .dunning_reply import PREVIEW

# The same from the same address within this time is one thing to answer; and of so many in that time whatever they say
# nobody reads more than the last.
SAME_WITHIN = timedelta(days=1)
MOST_OF_ONE = 10
LONGEST_NAME = 255  # of a subject or an address that somebody else wrote


class DunningDesk(models.AbstractModel):
    """The desk: takes in what comes from or about a debtor, by whatever way, as one list.

    Whose a mail is that answers nothing of ours is found in ``dunning_desk_finding.py``.
    """

    _name = "dunning.desk"
    _description = "What comes in"

    @api.model
    def _take_in(
        self, company, partner, *, source, reason, subject, text, letter=None, moves=None, files=(), contact=None,
        holds=True, **vals,
    ):  # fmt: skip
        """Note what came in, give it an owner and a clock, and tell him.

        :param partner: the debtor or one of his contacts; empty where nobody knows whose it is.
        :param text: plain text as it was written; nothing of it is ever markup.
        :param files: ``[(name, bytes)]``, checked already.
        :param holds: whether the ladder waits until somebody has handled it.
        :param vals: of the reply, beside these.
        :return: the ``dunning.reply``.
        """
        # sudo: what came in is written by the system, whoever wrote to us
        desk = self.sudo()
        debtor = (partner or desk.env["res.partner"]).commercial_partner_id.sudo()
        company = company.sudo()  # sudo: as above
        case = desk.env["dunning.case"]._for_partners(debtor, company, create=True) if debtor else False
        text = (text or "").strip()
        reply = desk.env["dunning.reply"].create(
            {
                "case_id": case and case.id,
                "company_id": company.id,
                "contact_id": contact and contact.id,
                "letter_id": letter and letter.id,
                "move_ids": moves and moves.ids,
                "source": source,
                "reason": reason,
                "holds": holds,
                "email_from": contact and contact.email_formatted,
                "subject": (subject or "")[:LONGEST_NAME],
                "text": text,
                "preview": self._begin(text),
                "received_on": company._dunning_today(),
                **vals,
            }
        )
        self._attach(reply, files)
        if reply.state == "open":
            if reply._is_told():
                reply._tell()
            if holds and debtor:
                desk.env["dunning.engine"]._redecide(company, debtor)
        return reply.with_env(self.env)

    @api.model
    def _begin(self, text):
        return text[:PREVIEW] + ("…" if len(text) > PREVIEW else "")

    @api.model
    def _attach(self, reply, files):
        """Keep these files with it; nobody changes them."""
        reply.env["ir.attachment"].create(
            [{"name": name, "raw": content, "res_model": reply._name, "res_id": reply.id} for name, content in files]
        )

    # -- mails ------------------------------------------------------------------------------------------------------

    @api.model
    def _receive(self, company, debtor, msg_dict, letter=None, moves=None):
        """A mail about something of ours: whose it is, is known. Mails of our own people change nothing.

        An automatic answer is noted and changes nothing either: nobody has read the letter yet.

        :param msg_dict: the mail as Odoo's gateway parsed it.
        :return: the ``dunning.reply``; the one that is there already where the same mail comes many times.
        """
        replies = self.env["dunning.reply"]
        if replies._is_ours(msg_dict.get("email_from")):
            return replies
        words = own_text(msg_dict.get("body"))
        if same := self._same(company, debtor, msg_dict, words):
            return same._once_more(msg_dict)
        named = self._named(company, f"{msg_dict.get('subject') or ''}\n{words}")
        about = named.moves.filtered(lambda move: debtor in move._dunning_debtors())
        return self._of_mail(company, debtor, msg_dict, words, letter=letter, moves=about or moves)

    @api.model
    def _receive_new(self, company, msg_dict):
        """A mail to the desk itself: it finds its debtor, or waits for somebody who places it.

        One of our own people hands on what he got: then what he quotes is what counts.
        """
        handed_on = self.env["dunning.reply"]._is_ours(msg_dict.get("email_from"))
        body = msg_dict.get("body")
        words = whole_text(body) if handed_on else own_text(body)
        if same := self._same(company, self.env["res.partner"], msg_dict, words):
            return same._once_more(msg_dict)
        found = self._find(company, msg_dict, words, whole_text(body), handed_on)
        return self._of_mail(
            company, found.debtor, msg_dict, words, moves=found.moves, letter=found.letter, suggested_id=found.suggested
        )

    @api.model
    def _of_mail(self, company, debtor, msg_dict, words, letter=None, moves=None, **vals):
        automatic = inside(self.env, "dunning_automatic_reply", False)
        # a reply with nothing but a signature has no words of its own: what stands below it is shown
        text = words if written.says_something(words) else whole_text(msg_dict.get("body"))
        sender = email_normalize(msg_dict.get("email_from") or "") or ""
        state = {"is_automatic": True, "state": "handled"} if automatic else {}
        return self._take_in(
            company,
            debtor,
            source="mail",
            reason="other" if automatic or not written.says_something(words) else written.guess(words),
            subject=msg_dict.get("subject"),
            text=words or text,
            letter=letter,
            moves=moves,
            holds=not automatic,
            preview=self._begin(text),
            email_from=(msg_dict.get("email_from") or "")[:LONGEST_NAME],
            sender=sender[:LONGEST_NAME],
            contact_id=self._contact(debtor, sender).id,
            message_ref=msg_dict.get("message_id"),
            **state,
            **vals,
        )

    @api.model
    def _contact(self, debtor, sender):
        """The contact of this debtor who has this address, where there is one."""
        partners = self.env["res.partner"].sudo()  # sudo: who writes, whoever the gateway runs as
        if not debtor or not sender:
            return partners
        domain = [("email_normalized", "=", sender), ("commercial_partner_id", "=", debtor.commercial_partner_id.id)]
        return partners.search(domain, order="id", limit=1)

    # -- the same once more -----------------------------------------------------------------------------------------

    @api.model
    def _same(self, company, debtor, msg_dict, words):
        """What is there already of the same sender within a day: open, or a machine's, and of the same words; or the
        last one where there are very many, whatever they say."""
        sender = email_normalize(msg_dict.get("email_from") or "")
        replies = self.env["dunning.reply"].sudo()  # sudo: whatever came in, whoever the gateway runs as
        if not sender:
            return replies
        own = Domain("partner_id", "=", debtor.id) if debtor else Domain.TRUE
        recent = replies.search(
            own
            & Domain("company_id", "=", company.id)
            & Domain("sender", "=", sender)
            & Domain("received_at", ">", fields.Datetime.now() - SAME_WITHIN)
            & (Domain("state", "=", "open") | Domain("is_automatic", "=", True)),
            limit=MOST_OF_ONE,
        )
        automatic = bool(inside(self.env, "dunning_automatic_reply", False))
        alike = recent.filtered(lambda reply: reply.is_automatic == automatic)
        same = alike.filtered(lambda reply: written.same_words(reply.text, words))
        if same or len(alike) < MOST_OF_ONE:
            return same[:1] if words else same[:0]
        return alike[:1]
