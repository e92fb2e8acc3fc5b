from odoo import api, models


class DunningDraftNotes(models.AbstractModel):
    """What people wrote on drafts goes along when these are made anew: notes, files with them, activities."""

    _name = "dunning.draft.notes"
    _description = "Notes on drafts"

    @api.model
    def _take(self, drafts):
        """Lay what people left on drafts that go now on the cases of their debtors.

        :return: ``{(company id, partner id): (messages, activities)}``; most drafts have none.
        """
        # sudo: notes keep their writer and their readers, they only hang elsewhere
        about = [("model", "=", "dunning.letter"), ("res_id", "in", drafts.ids)]
        messages = self.env["mail.message"].sudo().search([*about, ("message_type", "in", ("comment", "email"))])
        about = [("res_model", "=", "dunning.letter"), ("res_id", "in", drafts.ids)]
        activities = self.env["mail.activity"].sudo().search([*about, ("automated", "=", False)])
        if not messages and not activities:
            return {}
        place = {draft.id: (draft.company_id.id, draft.partner_id.id) for draft in drafts}
        taken = {
            key: (
                messages.filtered(lambda message, key=key: place[message.res_id] == key),
                activities.filtered(lambda activity, key=key: place[activity.res_id] == key),
            )
            for key in sorted({place[record.res_id] for records in (messages, activities) for record in records})
        }
        partners = [partner_id for _company_id, partner_id in taken]
        cases = self.env["dunning.case"].sudo()  # sudo: as above
        known = cases.search([("partner_id", "in", partners)], order="id")
        known = {(case.company_id.id, case.partner_id.id): case for case in known}
        for key, found in taken.items():
            company_id, partner_id = key
            case = known.get(key) or cases.create({"company_id": company_id, "partner_id": partner_id})
            self._hang(found, case)
        return taken

    @api.model
    def _bring(self, run, taken):
        """Hang what was taken on the new drafts of this run, where there is one for the debtor.

        :param taken: what ``_take`` gave.
        """
        if not taken:
            return
        partners = [partner_id for _company_id, partner_id in taken]
        domain = [("run_id", "=", run.id), ("state", "=", "draft"), ("partner_id", "in", partners)]
        for letter in self.env["dunning.letter"].search(domain, order="id desc"):
            self._hang(taken.pop((letter.company_id.id, letter.partner_id.id), None), letter)

    @api.model
    def _hang(self, found, record):
        """Let these messages, their files and activities belong to a record."""
        if not found or not record:
            return
        messages, activities = found
        place = {"model": record._name, "res_id": record.id}
        messages.attachment_ids.write({"res_model": record._name, "res_id": record.id})
        messages.write(place)
        activities.write({"res_model_id": self.env["ir.model"]._get_id(record._name), "res_id": record.id})
