from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date

from ...engine.reasons import FOR_SOMEBODY
from ..dunning_money import written
from .dunning_attention import SHOWN

MOST = 500  # rows of what needs attention
MANAGER = "cremann_dunning.group_dunning_manager"


class DunningToday(models.AbstractModel):
    """The landing page: is it safe to send, where do all debtors stand, what needs a person, what happens by itself.

    Like the lists that it opens it first asks anew about debtors whose answers are old, unless they are so many that it
    is left to the job; where none are, it only reads.
    Every number says which list it opens, see ``action_open``.
    """

    _name = "dunning.today"
    _description = "Today"

    @api.model
    @api.readonly
    def read_today(self, company_id=False, everything=False):
        """Everything on the page, in the reader's language; amounts and dates as text.

        :param company_id: one of the companies at hand; the first when empty.
        :param everything: what needs attention in full, up to ``MOST`` rows.
        :return: ``{company, companies, day, set_up, lights, phases, total, aged, attention, more, unasked, tomorrow,
            runs, posting}``; ``more`` of them are only counted.
        :raises AccessError: the reader has no right to cases, or not to that company.
        """
        company = self._company(company_id)
        # the same answers as the lists that it opens
        today = self.with_env(self.env["dunning.decision"]._dunning_fresh().env)
        rows, number = today.env["dunning.attention"]._rows(company, MOST if everything else SHOWN)
        return {
            "company": company.id,
            "companies": [{"id": one.id, "name": one.name} for one in self.env.companies],
            "day": format_date(self.env, company._dunning_today(), date_format="EEEE d MMMM y"),
            "set_up": self._set_up(company),
            "lights": today._lights(company),
            **today._standing(company),
            "attention": rows,
            "more": number - len(rows),
            "more_words": self.env._("Show all, %s more", number - len(rows)),
            "runs": today._runs(company),
            "posting": self._to_post(company),
        }

    @api.model
    def _company(self, company_id):
        self.env["dunning.case"].check_access("read")
        company = self.env.companies.filtered(lambda one: one.id == company_id) if company_id else self.env.company
        if not company:
            raise AccessError(self.env._("That company is not among those that you work in now."))
        return company

    @api.model
    def _set_up(self, company):
        """What to do where follow-up was not set up, and whether the reader does that; False where it was."""
        if company.dunning_set_up_on:
            return False
        may = self.env.user.has_group(MANAGER) and company in self.env.user.company_ids
        return {"text": company._dunning_why_not_set_up(), "may": may}

    # -- is it safe to send -----------------------------------------------------------------------------------------

    @api.model
    def _lights(self, company):
        """``[{key, tone, text, detail, button}]``: good, warning or danger; no button where nothing can be done."""
        return [
            self._light_bank(company),
            self._light_receipts(company),
            self._light_failed(company),
            self._light_replies(company),
            self._light_rates(company),
            self._light_mode(company),
        ]

    def _light(self, key, tone, text, detail="", button=False):
        return {"key": key, "tone": tone, "text": text, "detail": detail, "button": tone != "good" and button}

    def _light_bank(self, company):
        env = self.env
        bank = env["dunning.bank"].sudo()  # sudo: how far the bank is booked, which letters tell as well
        booked = bank._booked_until(company).get(company)
        button = env._("Import the statement")
        if not booked:
            return self._light("bank", "warning", env._("Bank: not known how far it is booked"), "", button)
        tone = bank._tone(company, booked)
        detail = env._("Letters that go by themselves wait.") if tone == "danger" else ""
        return self._light("bank", tone, env._("Bank booked up to %s", format_date(env, booked)), detail, button)

    def _light_receipts(self, company):
        env = self.env
        domain = [("company_id", "=", company.id), ("currency_id", "=", company.currency_id.id)]
        # sudo: their number and sum; the list asks for the rights of the reader
        [(number, amount)] = env["dunning.receipt"].sudo()._read_group(domain, [], ["__count", "amount:sum"])
        if not number:
            return self._light("receipts", "good", env._("All receipts are booked"))
        text = env._("Receipts not booked: %s", number)
        return self._light("receipts", "warning", text, written(env, amount, company.currency_id), env._("Book them"))

    def _light_failed(self, company):
        number = self.env["dunning.letter"].search_count(self._domain("failed", company))
        if not number:
            return self._light("failed", "good", self.env._("Every letter could be delivered"))
        return self._light("failed", "danger", self.env._("Not delivered: %s", number), "", self.env._("Put it right"))

    def _light_replies(self, company):
        number = self.env["dunning.reply"].search_count(self._domain("replies", company))
        if not number:
            return self._light("replies", "good", self.env._("No reply waits"))
        late = self.env["dunning.reply"].search_count(
            self._domain("replies", company) & Domain("due_at", "<", fields.Datetime.now())
        )
        tone, detail = ("danger", self.env._("Too late by now: %s", late)) if late else ("warning", "")
        text = self.env._("Replies to handle: %s", number)
        return self._light("replies", tone, text, detail, self.env._("Answer"))

    def _light_rates(self, company):
        tables = company._dunning_stale_tables()
        if not tables:
            return self._light("rates", "good", self.env._("Interest rates are up to date"))
        button = self.env.user.has_group(MANAGER) and self.env._("Look it up")
        return self._light(
            "rates",
            "warning",
            self.env._("Interest rates may be out of date"),
            ", ".join(tables.mapped("name")),
            button,
        )

    def _light_mode(self, company):
        env, mode = self.env, company.sudo()._dunning_mode()  # sudo: one word that everybody here sees on each run
        button = env.user.has_group(MANAGER) and env._("Change it")
        if mode == "live":
            return self._light("mode", "good", env._("Letters go out"))
        if mode == "test":
            return self._light("mode", "warning", env._("Test: letters only go to yourselves"), "", button)
        return self._light("mode", "danger", env._("Letters are off: nothing leaves"), "", button)

    # -- what happens by itself -------------------------------------------------------------------------------------

    @api.model
    def _runs(self, company):
        """The runs of today, and those that still wait for somebody, the newest first."""
        domain = Domain("company_id", "=", company.id) & (
            Domain("date", "=", company._dunning_today()) & Domain("state", "!=", "cancelled")
            | Domain("state", "=", "proposed") & Domain("letter_ids.state", "=", "draft")
        )
        runs = self.env["dunning.run"].search(domain, limit=5)
        labels = dict(runs._fields["state"]._description_selection(self.env))
        return [
            {
                "id": run.id,
                "name": run.name,
                "state": labels[run.state],
                "automatic": run.automatic,
                "drafts": run.draft_count,
                "sent": run.sent_count,
                "failed": run.failed_count,
                "waiting": run.to_post_count,
            }
            for run in runs
        ]

    @api.model
    def _to_post(self, company):
        return self.env["dunning.letter"].search_count(self._domain("posting", company))

    # -- every number opens its list --------------------------------------------------------------------------------

    @api.model
    def _domain(self, key, company):
        domains = {
            "failed": Domain("state", "=", "failed"),
            "replies": Domain("state", "=", "open"),
            "posting": Domain("outcome", "=", "not_posted") | Domain("has_copy_to_post", "=", True),
            "attention": Domain("is_current", "=", True) & Domain("code", "in", FOR_SOMEBODY),
            "unasked": Domain("amount_overdue", ">", 0) & Domain("reason", "=", False),
            "to_come": Domain("is_current", "=", True)
            & Domain("next_date", "<=", date_utils.add(company._dunning_today(), days=1)),
        }
        return Domain("company_id", "=", company.id) & domains.get(key, Domain.TRUE)

    @api.model
    def action_open(self, key, company_id=False):
        """What a number of the page stands for, as a list; what a light warns of, where it is put right.

        :param key: of a light or a phase, or ``attention``, ``unasked``, ``to_come``, ``posting``, ``runs``.
        """
        company = self._company(company_id)
        if key in dict(self.env["dunning.case"]._fields["phase"].selection):
            domain = self._domain("phase", company) & Domain("phase", "=", key)
            return self._list("dunning_case_action", domain)
        lists = {
            "failed": "dunning_letter_action",
            "posting": "dunning_letter_action",
            "replies": "dunning_reply_action",
            "attention": "dunning_decision_action",
            "to_come": "dunning_decision_action",
            "unasked": "dunning_case_action",
            "receipts": "dunning_receipt_action",
            "runs": "dunning_run_action",
        }
        if key in lists:
            return self._list(lists[key], self._domain(key, company))
        windows = {
            "bank": "account.open_account_journal_dashboard_kanban",
            "rates": "cremann_dunning.dunning_interest_table_action",
            "mode": "cremann_dunning.dunning_mode_wizard_action",
        }
        if key not in windows:
            raise AccessError(self.env._("There is no such list."))
        return self.env["ir.actions.act_window"]._for_xml_id(windows[key])

    def _list(self, xml_id, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"cremann_dunning.{xml_id}")
        return action | {"domain": list(domain), "context": {}}
