from odoo import api, models
from odoo.exceptions import UserError

from ...engine import rules
from ...engine.recipient import choose
from ..rules.regime_map import RegimeError


class DunningAnswering(models.AbstractModel):
    """Makes the letter that answers a dispute and issues it: numbered, frozen, kept as PDF with its digest, and put in
    the outbox or printed, by the way of every other letter."""

    _name = "dunning.answering"
    _description = "Answers to disputes"

    @api.model
    def _make(self, dispute, vals):
        """The answer to a dispute. :param vals: what it says, see ``dunning.letter.answer.mixin``.

        :return: the letter, issued. :raises UserError: as ``_issue``.
        """
        # sudo: letters are evidence, written by the system; whoever answers may write the dispute
        return self._issue(self.env["dunning.letter"].sudo().create(self._head(dispute) | vals))

    @api.model
    def _issue(self, letter):
        """Issue a draft of a letter that is no step. :raises UserError: it cannot be made or may not go, and why."""
        letter._issue()
        if letter.state != "issued":
            raise UserError(
                self.env._("Nothing was done, because the letter could not be made. %s", letter.error or "")
            )
        return letter.with_env(self.env)

    @api.model
    def _head(self, dispute):
        """Who writes to whom, and under which rules."""
        return self._head_to(dispute.case_id, dispute.currency_id, dispute.reader_lang, dispute._tone()) | {
            "legal_type": rules.ANSWER,
            "dispute_id": dispute.id,
            "answer_numbers": dispute.numbers,
        }

    @api.model
    def _head_to(self, case, currency, lang, tone):
        """The head of any letter to a debtor that is no step."""
        company, debtor = case.company_id, case.partner_id.commercial_partner_id
        # sudo: what the letters go by, whoever writes
        kind = debtor.sudo().with_company(company).dunning_debtor_kind or "unknown"
        recipient = self._recipient(company, debtor)
        return {
            "company_id": company.id,
            "currency_id": currency.id,
            "case_id": case.id,
            "partner_id": debtor.id,
            "contact_id": recipient.contact.id,
            "contact_facts": self.env["dunning.recipient"]._facts(recipient),
            "channel": recipient.channel,
            "user_id": self.env.uid,
            "lang": lang,
            "tone": tone,
            "debtor_kind": kind,
            "regime_id": self._regime(company, debtor, kind).id,
            "date": company._dunning_today(),
        }

    @api.model
    def _recipient(self, company, debtor):
        recipients = self.env["dunning.recipient"]
        for facts in recipients._debtors(company, debtor):
            if found := choose(facts, recipients._rule(None), company._dunning_house()):
                return found
        raise UserError(
            self.env._(
                "Nobody at %s can be reached. Complete the e-mail or postal address of the debtor or its reminder "
                "contact, then answer.",
                debtor.display_name,
            )
        )

    @api.model
    def _regime(self, company, debtor, kind):
        country = debtor.country_id or company.country_id
        regimes = self.env["dunning.regime"].with_company(company)._regime_map(company._dunning_today())
        try:
            return regimes.for_debtor(country.code, kind)
        except RegimeError as error:
            raise UserError(str(error)) from error
