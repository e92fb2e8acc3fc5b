from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine import decide as engine
from ...engine import rules
from ...engine.facts import ZERO, Promise
from ..account_move_sending import INVOICES
from ..letter.dunning_letter_answer_mixin import ASKED


class DunningAsking(models.AbstractModel):
    """Asks a debtor openly what is wrong with invoices, before any step: a letter with number, document and proof that
    asks no money, gives no term and moves no claim. While he has time to answer, nothing else goes out about them."""

    _name = "dunning.asking"
    _description = "Open questions to debtors"

    @api.model
    def _ask(self, moves, words, days, said_paid_on=None):
        """Write to the debtor of these invoices, and hold them until he had the time to answer.

        :param words: a paragraph of whoever asks, in the language of the debtor; may be empty.
        :param days: how many days he has; 0: nothing waits for him. :param said_paid_on: he said that he paid on this
            day, and the bank does not show it: that is what he is asked about.
        :return: the letters, issued: one for each currency.
        :raises UserError: why nothing is asked; nothing of it is done then.
        """
        case = self._case_of(moves)
        case.company_id._dunning_require_on()
        letters = self.env["dunning.letter"]
        for currency, own in moves.grouped("currency_id").items():
            vals = self._vals(case, currency, own) | ({"said_paid_on": said_paid_on} if said_paid_on else {})
            letters |= self.env["dunning.answering"]._issue(self._draft(vals, words))
        self._wait(case, moves, days)
        moves._dunning_redecide()
        return letters

    @api.model
    def _shown(self, moves, words):
        """``(language, who gets it, subject, words)`` of the letter as it would go; the reason in place of the words
        where none can go. It is made for that, and undone."""
        savepoint = self.env.cr.savepoint()
        try:
            case, (currency, own) = self._case_of(moves), next(iter(moves.grouped("currency_id").items()))
            vals = self._vals(case, currency, own)
            letter = self._draft(vals, words)
            return letter.lang, letter.contact_id.display_name, letter.shown_subject, letter.shown_body
        except UserError as error:
            return False, False, False, Markup("<p>%s</p>") % str(error)
        finally:
            savepoint.close(rollback=True)

    @api.model
    def _case_of(self, moves):
        """The case of the one debtor of these invoices. :raises UserError: why they cannot be asked about together."""
        self.env["dunning.case"].check_access("write")
        moves.check_access("read")
        if not moves or moves.filtered(lambda move: move.state != "posted" or move.move_type not in INVOICES):
            raise UserError(self.env._("Choose posted customer invoices: only about those a debtor is asked."))
        if len(moves.company_id) > 1:
            raise UserError(self.env._("Choose invoices of one company at a time: each company sends its own letters."))
        debtors = moves.commercial_partner_id
        if len(debtors) > 1:
            raise UserError(self.env._("Choose invoices of one debtor at a time: each gets a letter of his own."))
        if not self._may_ask(moves, debtors):
            raise UserError(
                self.env._(
                    "There is nothing to ask about %s now: it is paid, on hold, in dispute or agreed about, a reply "
                    "waits, or money that came in is not booked. The reason stands on the invoice.",
                    ", ".join(moves[:5].mapped("name")),
                )
            )
        return self.env["dunning.case"]._for_partners(debtors, moves.company_id, create=True)

    @api.model
    def _may_ask(self, moves, debtor, letter=None):
        """Whether nothing stands in the way of a letter about one of these invoices today; see ``may_write_about``.

        What was promised or agreed about it, and a hold, do: whoever has an answer asks no question. A draft does not:
        it is dropped when the question is asked.
        """
        company = moves.company_id[:1]
        also = letter and letter.sudo()  # sudo: a letter of the same debtor
        found, question = self.env["dunning.asked"]._facts_now(company, debtor.ids, ("draft",), also)
        if letter:  # what was set so that the debtor has time to answer does not stop the question itself
            found = [replace(one, claims=tuple(replace(claim, hold=None) for claim in one.claims)) for one in found]
        today = question.as_of
        return any(
            engine.may_write_about(one, Promise(today, today, ZERO, currency.name, frozenset(own.ids)), question)
            and not any(engine.is_agreed(one, claim, today) for claim in one.claims if claim.move_id in own.ids)
            for one in found
            for currency, own in moves.grouped("currency_id").items()
        )

    @api.model
    def _draft(self, vals, words):
        """The letter, not yet issued. :raises UserError: what somebody typed may not stand in it."""
        # sudo: letters are evidence, written by the system; whoever asks may write the case
        letter = self.env["dunning.letter"].sudo().create(vals)
        if words:
            before = letter.shown_subject, letter.shown_body
            letter.answer_words = words
            letter.invalidate_recordset(["words_html", "shown_subject", "shown_body"])
            self.env["dunning.own.words"]._refuse(letter, before)
        return letter

    @api.model
    def _vals(self, case, currency, moves):
        answering, env = self.env["dunning.answering"], self.env
        debtor, company = case.partner_id, case.company_id
        installed = {code for code, _name in env["res.lang"].get_installed()}
        wanted = (debtor.lang, company.partner_id.lang, "en_US")
        lang = next((code for code in wanted if code in installed), "en_US")
        # sudo: how he is addressed, for whoever may write a letter
        tone = debtor.commercial_partner_id.sudo().with_company(company).dunning_tone or company.dunning_tone
        return answering._head_to(case, currency, lang, tone) | {
            "legal_type": rules.QUESTION,
            "answer": ASKED,
            "answer_numbers": ", ".join(moves.mapped("name")),
            "asked_move_ids": [Command.set(moves.ids)],
        }

    @api.model
    def _wait(self, case, moves, days):
        """Nothing else goes out about these invoices before he had the time to answer."""
        if not days:
            return
        today = case.company_id._dunning_today()
        reason = self.env._("Asked on %s what is wrong", format_date(self.env, today))
        self.env["dunning.hold"].create(
            [
                {
                    "partner_id": case.partner_id.id,
                    "move_id": move.id,
                    "company_id": case.company_id.id,
                    "reason": reason,
                    "date_until": today + timedelta(days=days),
                }
                for move in moves
            ]
        )
