"""Every public method of ours, called from outside as Odoo lets anybody with a login call it."""

import inspect

from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .calls_case import OURS, CallsCase
from .window_mixin import SECRET

# What anybody may call: printing asks for the right to read by itself, and a case of one's own company is one's own.
HARMLESS = {
    ("dunning.letter", "action_print"),
    ("dunning.letter.paper.mixin", "action_print"),
    ("dunning.case", "action_open_worklist"),
    ("dunning.limitation.claim", "action_open_report"),  # of one's own companies
    ("dunning.today", "read_today"),  # of one's own companies
    ("dunning.chain.check", "action_check"),  # of one's own company
    ("res.partner", "action_dunning_kind"),
    ("res.partner", "action_open_dunning_case"),
    ("res.partner", "action_dunning_advice"),  # as his own company sees him
    ("dunning.call.wizard", "action_start"),  # about the debtors of one's own companies
    ("dunning.claim.import.wizard", "action_start"),  # an empty window of one's own
    ("dunning.set.up.wizard", "action_open"),  # the same
}
# What a manager of any company may do: what belongs to none is everybody's, and events are sealed for all.
MAY = [
    ("dunning.carrier", "unlink", ["dunning.carrier", "dunning.event"]),
    ("dunning.element", "unlink", ["dunning.element", "dunning.event"]),
    ("dunning.chain.check", "action_check", ["dunning.event.seal"]),
]
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
    "dunning_open": True,
    "dunning_told": True,
    "dunning_session": 1,
    "dunning_attempt": 1,
    "dunning_annexes": {"1": 1},
    "dunning_statement_pages": {"1": 1},
}


@tagged("post_install", "-at_install")
class TestCalls(CallsCase):
    def setUp(self):
        super().setUp()
        letters = (self.draft + self.sent + self.left_out).ids
        # What a call says that it is about: somebody else's records.
        self.forged = {
            **CONTEXT,
            "active_model": "dunning.letter",
            "active_id": self.sent.id,
            "active_ids": letters,
            "default_letter_id": self.sent.id,
            "default_letter_ids": letters,
            "default_case_id": self.case.id,
            "default_case_ids": self.case.ids,
            "default_run_ids": self.taking.ids,
            "default_dispatch_id": self.attempt.id,
            "default_company_id": self.nl.id,
            "default_table_id": self.table.id,
            "default_partner_ids": self.partner.ids,
            "default_move_ids": self.move.ids,
            "default_state": "sent",
        }

    def test_there_is_something_to_try_it_on(self):
        """A new model needs a record of the Dutch company in ``CallsCase``, or nobody tries anything on it."""
        for model, registered in self.registry.items():
            if registered._original_module == OURS and not registered._abstract and registered._auto:
                with self.subTest(model):
                    self.assertTrue(all(self.of_company(model)) and self.of_company(model))
        self.assertTrue(self.taking.can_take_over)
        self.assertTrue(self.left_out.is_left_out)

    def call(self, user, record, name, args, context=None):
        """As ``/web/dataset/call_kw`` does it, undone afterwards: the error or the result, and what had changed."""
        env = self.as_user(user, **(context or {}))
        error = result = changed = None
        self.env.invalidate_all()
        before = self.touched()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model", "odoo.http", "odoo.addons"):
                own = env[record._name].browse(record.ids)
                method = get_public_method(own, name)
                target = own.browse() if getattr(method, "_api_model", False) else own
                result = getattr(target, name)(*args)
                env.cr.flush()
            if self.touched() != before:
                changed = self.changed()
        except Exception as caught:  # whatever it is: the call did nothing
            error = caught
        finally:
            self.undo(savepoint)
        return error, result, changed

    def fits(self, model, name, args):
        """Whether a method takes these arguments at all."""
        try:
            inspect.signature(getattr(self.env[model], name)).bind(*args)
        except TypeError:
            return False
        return True

    def walk(self, users, context=None):
        """What a call did not refuse: model, method, who, and what it changed."""
        self.before = self.state()
        tried, found = 0, []
        for model, name in self.methods():
            for record in self.of_company(model):
                for user in users:
                    for args in FORGED:
                        tried += 1
                        if not self.fits(model, name, args):
                            continue  # the server refuses it before anything runs
                        error, result, changed = self.call(user, record, name, args, context)
                        if changed and (model, name, changed) not in MAY:
                            found.append(("CHANGES", model, name, user.login, args, changed))
                        elif not error and result and result is not True and (model, name) not in HARMLESS:
                            found.append(("ANSWERS", model, name, user.login, args, result))
        self.assertGreater(tried, 500)
        return found

    def test_nobody_from_outside_gets_anything(self):
        self.assertEqual(self.walk([self.portal]), [])
        self.assertEqual(self.walk([self.portal], self.forged), [])

    def test_people_of_another_company_get_nothing(self):
        self.assertEqual(self.walk([self.be_manager]), [])
        self.assertEqual(self.walk([self.be_manager], self.forged), [])

    def test_colleagues_without_a_part_in_it_change_nothing(self):
        self.assertEqual([found for found in self.walk([self.internal]) if found[0] == "CHANGES"], [])
        # what a window is about, said by who has no part in it
        self.assertEqual([found for found in self.walk([self.internal], self.forged) if found[0] == "CHANGES"], [])

    def test_own_windows_about_what_is_others(self):
        """Somebody opens a window himself, about records of the Dutch company, and presses its buttons."""
        self.before, tried = self.state(), 0
        by_model = {}
        for model, name in self.methods():
            if model in self.opened:
                by_model.setdefault(model, []).append(name)
        for user in (self.portal, self.internal, self.be_manager):
            for model, names in by_model.items():
                for values, context in ((self.values().get(model, {}), {}), ({}, self.forged)):
                    for name in names:
                        with self.subTest(user=user.login, model=model, name=name, context=bool(context)):
                            tried += 1
                            result, changed = self.press(user, model, values, name, context)
                            self.assertFalse(changed)
                            for secret in (SECRET, self.partner.name, self.sent.name, self.move.name):
                                self.assertNotIn(secret, str(result))
        self.assertGreater(tried, 100)

    def press(self, user, model, values, name, context):
        """Make a window as this user and call a method of it, undone afterwards: the answer, and what had changed."""
        env, result, changed = self.as_user(user, **context), None, None
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            with mute_logger("odoo.sql_db", "odoo.addons", "odoo.http"):
                result = getattr(env[model].create(values), name)()
                env.cr.flush()
            changed = self.changed()
        except Exception:  # whatever it is: the call did nothing
            changed = None
        finally:
            self.undo(savepoint)
        return result, changed

    def undo(self, savepoint):
        """Nothing of a call is left, not what it wanted done before a commit either: the next call would do it."""
        self.env.cr.clear()
        savepoint.close(rollback=True)
        self.env.cr.clear()
