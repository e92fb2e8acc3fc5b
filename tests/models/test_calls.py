"""Every public method of ours, called from outside as Odoo lets anybody with a login call it."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import TODAY
from .test_access import AccessCase

OURS = "cremann_dunning"
# What anybody may call: printing asks for the right to read by itself, and a case of one's own company is one's own.
HARMLESS = {
    ("dunning.letter", "action_print"),
    ("dunning.letter.paper.mixin", "action_print"),
    ("dunning.case", "action_open_worklist"),
    ("res.partner", "action_open_dunning_case"),
}
# Arguments of somebody who tries: nothing, a number, a record that is not there, values, a command, words.
FORGED = ((), (1,), ([2147483646],), ({"state": "sent"},), ([[5, 0, 0]],), ("x", "y"))
# Keys of the context that our own code uses, as a call from outside can send them.
CONTEXT = {
    "dunning_issue": True,
    "dunning_written": ["body_html"],
    "dunning_rates_confirmed": True,
    "dunning_was_posted": True,
    "dunning_levels_together": True,
    "dunning_without_contacts": [1],
    "dunning_daily_job": True,
    "dunning_counting": True,
    "dunning_sending": True,
    "dunning_stopped": [1],
    "dunning_told": True,
    "dunning_session": 1,
    "dunning_attempt": 1,
    "dunning_annexes": {"1": 1},
    "dunning_statement_pages": {"1": 1},
}


@tagged("post_install", "-at_install")
class TestCalls(AccessCase):
    refusal = (AccessError, UserError)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls.debtor_with_login()
        letter = cls.own["dunning.letter"]
        cls.other_move = cls.invoice(cls.debtor("Second"), 100, due=10)
        cls.draft = cls.run_for(partners=cls.other_move.commercial_partner_id).letter_ids
        cls.send_outbox(cls.confirm(cls.run_nl))
        cls.sent = letter
        cls.taken_back = cls._taken_back()
        cls._rest()
        cls.env.flush_all()

    @classmethod
    def _taken_back(cls):
        """A letter that was sent and taken back: the debtor may still read it."""
        letter = cls.sent.copy()
        letter.flush_recordset()
        cls.env.cr.execute(
            "UPDATE dunning_letter SET state = 'cancelled', sent_on = %s, cancel_reason = 'In error' WHERE id = %s",
            [TODAY, letter.id],
        )
        letter.invalidate_recordset()
        return letter

    @classmethod
    def _rest(cls):
        env = cls.env
        case = cls.own["dunning.case"][:1]
        env["dunning.opening"].create(
            {"letter_id": cls.sent.id, "opened_at": "2026-03-02 08:00:00", "hour": "2026-03-02 08:00:00"}
        )
        env["dunning.override"].create({"letter_id": cls.sent.id, "code": "X", "sentence": "?", "reason": "because"})
        env["dunning.reply"].create({"case_id": case.id, "letter_id": cls.sent.id, "received_on": TODAY})

    # -- the walk -------------------------------------------------------------------------------------------------

    def methods(self):
        """Every public method that a class of ours defines: model and name."""
        for model, registered in sorted(self.registry.items()):
            if registered._transient:
                continue  # only their maker may touch them at all, which has a test of its own
            for name in sorted(dir(registered)):
                if name.startswith("_") or name == "default_get" or not callable(getattr(registered, name, None)):
                    continue
                makers = [base.__module__ for base in registered.__mro__ if name in base.__dict__]
                if not any(OURS in maker for maker in makers):
                    continue
                try:
                    get_public_method(self.env[model], name)
                except (AccessError, AttributeError):
                    continue
                yield model, name

    def of_company(self, model):
        """Records of the Dutch company to call on."""
        if model == "dunning.letter":
            return [self.draft, self.sent, self.taken_back]
        if model == "account.move":
            return [self.move]
        if model in ("res.partner", "res.company", "res.users"):
            return [{"res.partner": self.partner, "res.company": self.nl, "res.users": self.user}[model]]
        if not model.startswith("dunning.") or self.env[model]._abstract:
            return [self.env[model]]
        records = self.env[model].with_context(active_test=False)
        domain = [("company_id", "=", self.nl.id)] if "company_id" in records._fields else []  # shared law is shared
        return [found] if (found := records.search(domain, limit=1)) else []

    def state(self):
        """A digest of everything of the Dutch company that a call could have changed."""
        self.env.flush_all()
        parts = []
        for model, registered in sorted(self.registry.items()):
            watched = model.startswith("dunning.") or model in (
                "account.move",
                "mail.mail",
                "mail.message",
                "res.users",
            )
            if not watched or registered._abstract or registered._transient or not self.env[model]._auto:
                continue
            own = "company_id" in registered._fields and model != "res.users"
            where = SQL("company_id = %s OR company_id IS NULL", self.nl.id) if own else SQL("TRUE")
            parts.append(
                SQL(
                    "SELECT %s AS t, count(*) AS n, sum(hashtext(t::text)::bigint) AS h FROM %s t WHERE %s",
                    model,
                    SQL.identifier(registered._table),
                    where,
                )
            )
        return self.env.execute_query(SQL(" UNION ALL ").join(parts))

    def call(self, user, record, name, args, context=None):
        """As ``/web/dataset/call_kw`` does it, undone afterwards: the error or the result, and what had changed."""
        env = self.as_user(user, **(context or {}))
        error = result = changed = None
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model", "odoo.http", "odoo.addons"):
                own = env[record._name].browse(record.ids)
                method = get_public_method(own, name)
                target = own.browse() if getattr(method, "_api_model", False) else own
                result = getattr(target, name)(*args)
                env.flush_all()
            after = self.state()
            changed = [row[0] for row, before in zip(after, self.before, strict=True) if row != before]
        except Exception as caught:  # whatever it is: the call did nothing
            error = caught
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
        return error, result, changed

    def walk(self, users, context=None):
        """What a call did not refuse: model, method, who, and what it changed."""
        self.before = self.state()
        tried, found = 0, []
        for model, name in self.methods():
            for record in self.of_company(model):
                for user in users:
                    for args in FORGED:
                        error, result, changed = self.call(user, record, name, args, context)
                        tried += 1
                        if changed:
                            found.append(("CHANGES", model, name, user.login, args, changed))
                        elif not error and result and result is not True and (model, name) not in HARMLESS:
                            found.append(("ANSWERS", model, name, user.login, args, result))
        self.assertGreater(tried, 500)
        return found

    def test_nobody_from_outside_gets_anything(self):
        self.assertEqual(self.walk([self.portal]), [])
        self.assertEqual(self.walk([self.portal], CONTEXT), [])

    def test_people_of_another_company_get_nothing(self):
        self.assertEqual(self.walk([self.be_manager]), [])

    def test_colleagues_without_a_part_in_it_change_nothing(self):
        self.assertEqual([found for found in self.walk([self.internal]) if found[0] == "CHANGES"], [])
