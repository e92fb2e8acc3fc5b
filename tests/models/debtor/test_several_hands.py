"""Cases under several hands: two people at once, a debtor that merges or pays meanwhile, many of two companies."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY
from .test_worklist import WorklistCase


@tagged("post_install", "-at_install")
class TestSeveralHands(WorklistCase):
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peeters = cls.debtor("Peeters")
        cls.invoice(cls.peeters, 700, due=30, company=cls.be)
        cls.belgian = cls.env["dunning.case"]._for_partners(cls.peeters, cls.be, create=True)
        (cls.user + cls.group_user).group_ids += cls.env.ref("base.group_allow_export")
        cls.both = cls.as_user(cls.group_user, cls.case + cls.belgian)

    def window(self, records, button="action_hold", **values):
        """The window that a button opens, as it stands before it is saved."""
        action = getattr(records, button)()
        model = records.env[action["res_model"]].with_context(**action.get("context", {}))
        return model.browse(action["res_id"]) if action.get("res_id") else model.create(values)

    def test_two_people_on_one_case(self):
        """Each writes what he changed and no more; what the other did is not undone by it."""
        one, two = self.case, self.as_user(self.manager, self.case)
        windows = [self.window(case, reason=case.env.user.name) for case in (one, two)]
        self.assertFalse(two.by_hand or two.next_day)
        one.web_save({"next_day": TODAY}, {"next_day": {}})
        two.web_save({"by_hand": True}, {"by_hand": {}})
        self.assertEqual((one.next_day, one.by_hand), (TODAY, True))
        for window in windows:
            window.action_hold()
        self.assertEqual(len(one._holds()), 2, "both said why")
        two.action_release()
        self.assertFalse(one._holds())
        one.action_release()  # whoever still has the button changes nothing
        promise = self.said("dunning.promise", amount=1000, date=TODAY)
        self.as_user(self.manager, promise).action_cancel()
        with self.refused("stays as it is"):
            self.as_user(self.user, promise).action_cancel()
        self.assertEqual(promise.state, "cancelled")

    def test_merged_while_windows_are_open(self):
        """They go on with the debtor of today."""
        kept = self.debtor("Kept")
        self.invoice(kept, 50, due=5)
        kept_case = self.case_of(kept)
        hold, statement = self.window(self.case, reason="x"), self.window(self.case, "action_statement")
        calls = self.window(self.case + kept_case, "action_call")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.partner + kept).ids, kept)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.case.exists())
        self.assertEqual(self.phase(kept_case), "new")
        self.assertEqual(kept_case.amount_overdue, 1050)
        hold.action_hold()
        self.assertEqual(kept_case.hold_id.reason, "x")
        self.assertEqual(statement.case_ids, kept_case)
        calls.outcome = "not_reached"
        calls.action_save()
        self.assertEqual(kept_case.contact_ids.outcome, "not_reached")

    def test_many_of_two_companies(self):
        """By whoever works for both, each in its own; by whoever works for one, nothing at all."""
        self.both.write({"user_id": self.group_user.id, "next_day": TODAY, "by_hand": True})
        self.assertEqual(self.both.user_id, self.group_user)
        with self.refused("compan"):
            self.both.user_id = self.user
        self.assertEqual(self.both.user_id, self.group_user, "as a whole")
        with self.refused("one company at a time"):
            self.both.action_propose()
        self.window(self.both, reason="x").action_hold()
        holds = self.both._holds()
        self.assertEqual(holds.company_id, self.nl + self.be)
        mixed = self.as_user(self.user, self.both)
        for button in ("action_release", "action_hold", "action_propose", "action_statement", "action_call"):
            with self.subTest(button), self.assertRaises(AccessError), self.cr.savepoint():
                getattr(mixed, button)()
        with self.assertRaises(AccessError), self.cr.savepoint():
            mixed.write({"by_hand": False})
        with self.assertRaises(AccessError):
            mixed.export_data(["partner_id", "amount_overdue"])
        self.assertTrue(all(hold.is_running for hold in holds) and self.both[0].by_hand)
        rows = self.both.export_data(["partner_id", "amount_overdue"])["datas"]
        self.assertEqual(rows, [["Bakker", 1000.0], ["Peeters", 700.0]])

    def test_a_procedure_for_many_of_two_companies(self):
        """One that belongs to a company is for its own invoices only, and none of the others gets it."""
        moves = self.as_user(self.group_user, self.move + self.belgian.open_move_ids)
        business = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        own = business.copy({"name": "Own", "company_id": self.nl.id, "automatic_choice": False})
        with self.refused("compan"):
            moves.dunning_procedure_id = own.id
        self.assertFalse(moves.dunning_procedure_id)
        moves.dunning_procedure_id = business.id
        self.assertEqual(moves.dunning_procedure_id, business.with_env(moves.env))

    def test_responsible_without_a_right(self):
        """Whoever it is: the job goes on, and the page says who it waits for."""
        self.case.user_id = self.internal
        promise = self.said("dunning.promise", amount=1000, date=TODAY, made_on=TODAY)
        with self.at(30):
            self.env["dunning.daily.job"]._work()
            self.assertEqual(promise.state, "broken")
            self.assertFalse(self.nl.dunning_job_error)
            page = self.as_user(self.user)["dunning.today"].read_today()
            self.assertIn(self.internal.name, [row["user"] for row in page["attention"]])
            with self.assertRaises(AccessError):
                self.as_user(self.internal, self.case).read(["partner_id"])

    def test_paid_while_windows_are_open(self):
        """A promise, hold, letter or proposal about what is owed no more asks nothing and breaks nothing."""
        promise = self.case.action_new_promise()
        letter = self.case.action_write_letter()
        hold = self.window(self.case, reason="x")
        calls = self.window(self.case, "action_call")
        self.pay(self.move)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.phase(), "settled")
        with self.refused("amount_positive", CheckViolation):
            self.env[promise["res_model"]].with_context(**promise["context"]).create({"date": TODAY})
        for outcome in ("promised", "instalments"):
            calls.outcome = outcome
            with self.refused("Nothing is open any more"):
                calls.action_save()
        calls.action_skip()
        self.assertFalse(self.case.promise_ids or self.case.contact_ids)
        hold.action_hold()
        run = self.case.action_propose()
        self.assertFalse(self.env[run["res_model"]].browse(run["res_id"]).letter_ids)
        window = self.env[letter["res_model"]].with_context(**letter["context"]).create({})
        window.level_id = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        with self.refused("Choose a letter and the invoices"):
            window.action_write()
