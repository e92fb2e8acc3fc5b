from datetime import datetime, time, timezone

from odoo import api, models
from odoo.fields import Domain

CAME_BACK = ("bounced", "returned")


class DunningDesk(models.AbstractModel):
    """What comes back, and whom to call again, as things to answer: each once, with the letter it is about.

    Who sees to them hears of them as before, by the letter that failed and by the activity to call, and not twice.
    """

    _inherit = "dunning.desk"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _open_of(self, domain):
        # sudo: what waits, whoever does what ends it
        return self.sudo().env["dunning.reply"].search(Domain("state", "=", "open") & domain)

    @api.model
    def _letter_came_back(self, letter, by_post, text):
        """A letter came back from the mail server or by post, so nothing was delivered."""
        self._seen_to(letter)
        env = letter._told_to_keepers().env
        subject = env._("Letter %s came back", letter.name)
        self._take_in(
            letter.company_id,
            letter.partner_id,
            source="post" if by_post else "bounce",
            reason="returned" if by_post else "bounced",
            subject=subject,
            text=text,
            letter=letter,
            holds=False,  # a letter that failed keeps what follows back by itself
        )

    @api.model
    def _mail_came_back(self, company, debtor, email, moves=None):
        """Another mail to a debtor came back: of an invoice, or an answer of ours."""
        if not company.sudo().dunning_set_up_on or not debtor:  # sudo: a setting
            return
        own = Domain("company_id", "=", company.id) & Domain("partner_id", "=", debtor.commercial_partner_id.id)
        if self._open_of(own & Domain("reason", "=", "bounced") & Domain("sender", "=", email)):
            return
        env = self.with_context(lang=company._dunning_lang()).env
        self._take_in(
            company,
            debtor,
            source="bounce",
            reason="bounced",
            subject=env._("A mail came back from %s", email or ""),
            text="",
            moves=moves,
            holds=False,
            sender=email,
        )

    @api.model
    def _call_again(self, case, day):
        """He is to be called again on a day; one thing to do, however often it is put off."""
        company = case.company_id
        ends = datetime.combine(day, time(23, 59, 59), company._dunning_zone())
        due = ends.astimezone(timezone.utc).replace(tzinfo=None)
        waiting = self._open_of(Domain("case_id", "=", case.id) & Domain("source", "=", "call"))
        if not waiting:
            env = self.with_context(lang=company._dunning_lang()).env
            waiting = self._take_in(
                company,
                case.partner_id,
                source="call",
                reason="call_back",
                subject=env._("Call again"),
                text="",
                holds=False,
            ).sudo()  # sudo: the system's to note
        waiting.due_at = due

    @api.model
    def _seen_to(self, letters):
        """Somebody has seen to letters that came back: sent again, posted, made anew or taken back."""
        self._over(Domain("letter_id", "in", letters.ids) & Domain("reason", "in", CAME_BACK))

    @api.model
    def _spoken_with(self, cases):
        """Who was spoken with need not be called again."""
        self._over(Domain("case_id", "in", cases.ids) & Domain("source", "=", "call"))

    @api.model
    def _over(self, domain):
        """What fits has been done by what else happened."""
        self._open_of(domain)._handle()
