from odoo import api, models
from odoo.tools import format_list


class DunningReaddressing(models.AbstractModel):
    """Letters that have not left and whose claims somebody else owes now: they are proposed anew to him."""

    _name = "dunning.readdressing"
    _description = "Readdressing of dunning letters"

    @api.model
    def _under_way(self, domain):
        """Letters that have not left, without those of which nobody knows: a person finds that out."""
        letters = self.env["dunning.letter"].search([("state", "in", ("draft", "issued", "failed")), *domain])
        return letters.filtered(lambda letter: not letter.is_unsure)

    @api.model
    def _leaving(self, letters):
        """Those of these letters that are with the mail server at this moment, or that somebody else has."""
        locked = letters.try_lock_for_update(allow_referencing=True)
        sending = [("letter_id", "in", letters.ids), ("state", "=", "sending")]
        return (letters - locked) | self.env["dunning.dispatch"].search(sending).letter_id

    @api.model
    def _take_back(self, letters, debtors):
        """What was under way to the old debtor is proposed anew to the one of today.

        :param debtors: per letter the ids of the partners who owe now what it asks; one that none of them is for stays.
        """
        letters = letters.filtered(debtors.get)
        drafts = letters.filtered(lambda letter: letter.state == "draft")
        drafts._discard()
        for letter in (letters - drafts)._told_to_keepers():
            new = self.env["res.partner"].browse(sorted(debtors[letter]))
            names = format_list(letter.env, [partner.name or "" for partner in new])
            letter._cancel(
                letter.env._(
                    "Not sent: what %(old)s was asked for is owed by %(new)s now. It is proposed anew.",
                    old=letter.partner_id.name or "",
                    new=names,
                ),
                kind="letter.readdressed",
                facts={"debtors": new.ids},
                personal={"old": letter.partner_id.name, "new": names},
            )
