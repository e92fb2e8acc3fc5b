"""What tests of status files share: a party with an account for its fee, and files as it sends them."""

import base64
import json

from .handover_case import HandoverCase


class StatusCase(HandoverCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.account("Fees of agencies", "471999", "expense")
        cls.party.with_company(cls.nl).fee_account_id = cls.fees
        cls.income = cls.account("Costs received", "871998", "income_other")
        cls.nl.write({"dunning_costs_account_id": cls.income.id, "dunning_interest_account_id": cls.income.id})
        cls.env.flush_all()

    @classmethod
    def account(cls, name, code, kind):
        vals = {"name": name, "code": code, "account_type": kind, "company_ids": [(6, 0, cls.nl.ids)]}
        return cls.env["account.account"].with_company(cls.nl).create(vals)

    def row(self, handover, status="paid", **more):
        return {"id": "A-1", "handover": handover.name, "date": "2026-11-16", "status": status, **more}

    def file(self, *rows, party="Incasso Partners", **more):
        """A status.json."""
        data = {"format": "dunning-status", "version": 1, "party": {"name": party}, "rows": list(rows)}
        return json.dumps({**data, "count": len(rows), **more}).encode()

    def window(self, content, party=None, name="status.json", user=None):
        """The window in which a file was read."""
        env = self.as_user(user or self.user)
        window = env["dunning.status.import.wizard"].create(
            {
                "company_id": self.nl.id,
                "party_id": (party or self.party).id,
                "data": base64.b64encode(content),
                "filename": name,
            }
        )
        window.action_read()
        return window

    def said(self, window):
        """What the window says of each row: ``[(state, remark)]``."""
        return [(line.state, line.remark) for line in window.line_ids]

    def take(self, content, **options):
        """Read a file and take in what is good; the window afterwards."""
        window = self.window(content, **options)
        window.action_confirm()
        self.env.invalidate_all()
        return window

    def booked(self, entry):
        """The lines of an entry: ``{(type of account, contact): amount}``."""
        return {(line.account_id.account_type, line.partner_id.name): line.amount_currency for line in entry.line_ids}

    def balance(self, partner):
        """What somebody owes in the books."""
        domain = [
            ("partner_id", "=", partner.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
        ]
        return self.env["account.move.line"]._read_group(domain, [], ["balance:sum"])[0][0]
