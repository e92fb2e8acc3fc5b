"""One window of every transient model, as a manager opens it."""

import base64

from odoo import Command

from ..common import TODAY

SECRET = "Bakkerij Geheim"
CSV = base64.b64encode(b"valid_from,percent,source\n2026-01-01,4.00,law\n").decode()


class WindowMixin:
    """For cases with ``letter``, ``case``, ``attempt``, ``paper``, ``the_run``, ``table`` and ``partner``."""

    @property
    def dossier(self):
        """A file of claims of the case."""
        vals = {"name": "Dossier.zip", "company_id": self.nl.id, "case_id": self.case.id, "purpose": "collection"}
        return self.env["dunning.handover.file"].sudo().create(vals)  # sudo: such files are the system's to make

    @property
    def ahead(self):
        """Whom the simulation is about."""
        return self.partner

    @property
    def waiting(self):
        """A line of the bank that nobody booked."""
        return self.env["account.bank.statement.line"].search([("company_id", "=", self.nl.id)], limit=1)

    @property
    def entry(self):
        """The entry that would be taken in."""
        return self.move

    @property
    def entry_line(self):
        """Its open item."""
        return self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @property
    def handed(self):
        """A hand-over of the Dutch company."""
        handovers = self.env["dunning.handover"].sudo()
        if found := handovers.search([("company_id", "=", self.nl.id), ("party_id", "!=", False)], limit=1):
            return found
        party = (
            self.env["dunning.party"]
            .sudo()
            .create({"partner_id": self.debtor("Advocaat").id, "kind": "lawyer", "company_id": self.nl.id})
        )
        about = {"company_id": self.nl.id, "case_id": self.case.id, "partner_id": self.case.partner_id.id}
        return handovers.create({**about, "party_id": party.id, "name": "H/1", "date": TODAY})

    def values(self):
        """What a manager of the Dutch company opens each window with; a line of a window comes with its window."""
        letter, case = self.letter.id, self.case.id
        about = {"letter_id": letter}
        return {
            "dunning.call.wizard": {"case_id": case, "line_ids": [Command.create({"case_id": case})], "note": SECRET},
            **self._repairs(),
            "dunning.answer.wizard": {"dispute_id": self._disputed().id, "words": SECRET},
            "dunning.claim.import.wizard": {"company_id": self.nl.id, "notes": SECRET},
            "dunning.confirm.wizard": {"run_ids": [Command.set(self.the_run.ids)]},
            "dunning.desk.wizard": {"reply_id": self._came_in().id, "act": "hold", "note": SECRET},
            "dunning.dossier.import.wizard": {"company_id": self.nl.id, "reference": SECRET},
            "dunning.dossier.send.wizard": {"file_id": self.dossier.id, "to": "secret@agency.example.com"},
            "dunning.dossier.wizard": {"case_id": case, "claim_ids": [Command.set(self.letter.line_ids.claim_id.ids)]},
            "dunning.erasure.wizard": {"company_id": self.nl.id, "partner_id": self.partner.id},
            "dunning.handover.wizard": {
                "company_id": self.nl.id,
                "claim_ids": [Command.set(self.letter.line_ids.claim_id.ids)],
                "reason": SECRET,
                "line_ids": [Command.create({"part": SECRET})],
            },
            "dunning.status.wizard": {
                "handover_id": self.handed.id,
                "note": SECRET,
            },
            "dunning.status.import.wizard": {
                "company_id": self.nl.id,
                "party_id": self.handed.party_id.id,
                "line_ids": [Command.create({"remark": SECRET})],
            },
            "dunning.recall.wizard": {"handover_ids": [Command.set(self.handed.ids)], "reason": SECRET},
            "dunning.hold.wizard": {"case_ids": [Command.set([case])], "reason": f"About {SECRET}"},
            "dunning.leave.out.wizard": {"letter_ids": [Command.set([letter])], "reason": f"About {SECRET}"},
            "dunning.left.over.wizard": {"move_line_ids": [Command.set(self.letter.line_ids.move_line_id.ids)]},
            "dunning.letter.preview": about,
            "dunning.letter.wizard": {"case_id": case},
            "dunning.level.preview": {"level_id": self.letter.level_id.id, "company_id": self.nl.id},
            "dunning.record.wizard": {"company_id": self.nl.id, "kept": SECRET},
            "dunning.mode.wizard": {"company_id": self.nl.id, "mode": "test", "test_email": "secret@nl.example.com"},
            "dunning.override.wizard": {**about, "reason": "my own reason, and nobody else's"},
            "dunning.posting.wizard": {
                "company_id": self.nl.id,
                "posted_on": str(TODAY),
                "line_ids": [Command.create({"letter_id": self.paper.id})],
            },
            "dunning.preset.wizard": {"company_id": self.nl.id},
            "dunning.soundness.wizard": {
                "company_id": self.nl.id,
                "procedure_id": self.letter.procedure_id.id,
                "line_ids": [Command.create({"gravity": "odd", "sentence": SECRET})],
            },
            "dunning.proof.wizard": {"dispatch_id": self.attempt.id},
            "dunning.rate.import.wizard": {"table_id": self.table.id, "data": CSV},
            "dunning.receipt.wizard": {"statement_line_id": self.waiting.id, "partner_id": self.partner.id},
            "dunning.set.off.wizard": {"case_id": case},
            "dunning.court.wizard": {"case_id": case},
            "dunning.set.up.wizard": {"company_id": self.nl.id, "terms_version": SECRET},
            "dunning.simulation": {"company_id": self.nl.id, "partner_ids": [Command.set(self.ahead.ids)]},
            "dunning.statement.wizard": {"case_ids": [Command.set([case])]},
            "dunning.take.in.wizard": {"move_ids": [Command.set(self.entry.ids)]},
            "dunning.waive.wizard": {"claim_ids": [Command.set(self.letter.line_ids.claim_id.ids)], "reason": SECRET},
            "dunning.whatsapp.wizard": {"dispatch_id": self.attempt.id},
            "dunning.write.off.wizard": {
                "item_ids": [Command.set(self.entry_line.ids)],
                "company_id": self.nl.id,
                "proof": f"About {SECRET}",
            },
            "dunning.care.wizard": {"case_id": case, "reason": "money"},
            "dunning.words.wizard": {**about, "personal_words": SECRET},
            "dunning.withdrawal.wizard": {"letter_ids": [Command.set([letter])], "reason": "sent by mistake"},
        }

    def _came_in(self):
        """Something of this debtor to answer, once."""
        replies = self.env["dunning.reply"]
        about = {"case_id": self.case.id, "received_on": TODAY, "holds": False}  # a look ahead has letters still
        return replies.search([("case_id", "=", self.case.id)], limit=1) or replies.create(about)

    def _disputed(self):
        """A dispute to answer; of one invoice, once."""
        disputes = self.env["dunning.dispute"]
        about = {"case_id": self.case.id, "move_ids": [Command.set(self.move.ids)], "reason": "price"}
        return disputes.search([("case_id", "=", self.case.id)], limit=1) or disputes.create(about)

    def _repairs(self):
        """The windows in which the reason of a decision is put right."""
        whose, item = {"company_id": self.nl.id}, self.entry_line.id
        return {
            "dunning.address.wizard": {**whose, "debtor_id": self.partner.id, "partner_id": self.partner.id},
            "dunning.ask.wizard": {
                **whose,
                "partner_id": self.partner.id,
                "move_ids": [Command.set(self.move.ids)],
            },
            "dunning.check.wizard": {
                "move_id": self.move.id,
                "line_ids": [Command.create({"move_id": self.move.id, "question": "amount", "note": SECRET})],
            },
            "dunning.ending.wizard": {"case_id": self.case.id, "reason": f"About {SECRET}"},
            "dunning.kind.wizard": {**whose, "line_ids": [Command.create({"partner_id": self.partner.id})]},
            "dunning.match.wizard": {
                **whose,
                "partner_ids": [Command.set(self.partner.ids)],
                "line_ids": [Command.create({"credit_id": item, "claim_id": item})],
            },
            "dunning.procedure.wizard": {**whose, "partner_id": self.partner.id},
            "dunning.sent.wizard": {"move_ids": [Command.set(self.move.ids)], "day": str(TODAY)},
        }

    def windows(self):
        """One window of each model, opened by the manager, with the files that are made in it."""
        env = self.as_user(self.manager)
        found = {model: env[model].create(values) for model, values in self.values().items()}
        found["dunning.take.in.wizard"].line_ids = [
            Command.create(
                {"move_line_id": self.entry_line.id, "number": SECRET, "invoice_date": TODAY, "date_due": TODAY}
            )
        ]
        claim = {"debtor_name": SECRET, "number": SECRET, "pdf": base64.b64encode(b"%PDF-"), "amount": 1}
        found["dunning.claim.import.wizard"].line_ids = [Command.create(claim)]
        found["dunning.claim.import.wizard.line"] = found["dunning.claim.import.wizard"].line_ids
        found["dunning.status.import.wizard.line"] = found["dunning.status.import.wizard"].line_ids
        found["dunning.handover.wizard.line"] = found["dunning.handover.wizard"].line_ids[:1]
        found["dunning.call.wizard.line"] = found["dunning.call.wizard"].line_ids
        found["dunning.take.in.wizard.line"] = found["dunning.take.in.wizard"].line_ids
        found["dunning.receipt.wizard"].line_ids = [
            Command.create({"move_line_id": self.entry_line.id, "number": SECRET})
        ]
        found["dunning.receipt.wizard.line"] = found["dunning.receipt.wizard"].line_ids
        for model in (
            "dunning.check.wizard",
            "dunning.kind.wizard",
            "dunning.match.wizard",
            "dunning.soundness.wizard",
        ):
            found[f"{model}.line"] = found[model].line_ids
        found["dunning.posting.wizard.line"] = found["dunning.posting.wizard"].line_ids
        self.invoice(self.ahead, 100, due=-3)
        found["dunning.simulation"].action_simulate()
        found["dunning.simulation.line"] = found["dunning.simulation"].line_ids[:1]
        found["dunning.statement.wizard"].write({"file": base64.b64encode(b"what they owe"), "file_name": "s.pdf"})
        found["dunning.posting.wizard"].write({"pdf_file": base64.b64encode(b"to print"), "pdf_name": "p.pdf"})
        self.env.flush_all()
        return found
