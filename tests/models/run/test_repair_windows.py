"""Repairs end in one window: address, procedure, what was sent, the kind of debtors, the end of a procedure."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import TODAY, USER, DunningCase


@tagged("post_install", "-at_install")
class TestRepairWindows(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("clerk", f"{USER},base.group_partner_manager", cls.nl, cls.be)
        cls.partner = cls.debtor()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def decided(self, partner=None):
        """The decisions in force on a debtor, as the clerk sees them."""
        partner = partner or self.partner
        self.run_for(partners=partner)
        self.env.invalidate_all()
        found = self.env["dunning.decision"].search([("partner_id", "=", partner.id), ("is_current", "=", True)])
        return self.as_user(self.clerk, found)

    def window(self, action, user=None):
        self.assertEqual(action.get("target"), "new")
        return self.as_user(user or self.clerk)[action["res_model"]].browse(action["res_id"])

    def said(self, action):
        """What the window said when it closed."""
        self.assertEqual((action["tag"], action["params"]["next"]["type"]), (
            "display_notification", "ir.actions.act_window_close",
        ))  # fmt: skip
        return action["params"]["message"]

    # -- address --------------------------------------------------------------------------------------------------

    def test_address(self):
        self.partner.write({"email": False, "street": False, "zip": False, "city": False})
        contact = self.env["res.partner"].create({"name": "Ms Bos", "parent_id": self.partner.id, "phone": "1"})
        move = self.invoice(self.partner, 500, due=5)
        decision = self.decided()
        self.assertEqual(decision.code, "NO_ADDRESS")
        window = self.window(decision.action_repair())
        with Form(window) as form:
            form.partner_id = contact.with_env(window.env)
            self.assertEqual(form.phone, "1", "what is known of the contact")
            form.partner_id = self.partner.with_env(window.env)
            form.email = "no address"
        with self.refused("no address is no e-mail address"):
            window.action_save()
        window.email = "bakker@example.com"
        self.assertIn("Bakkerij Jansen", self.said(window.action_save()))
        self.assertEqual(self.partner.email, "bakker@example.com")
        self.assertEqual(self.code(move), "LETTER")
        stranger = self.debtor("Stranger")
        window.partner_id = stranger.with_env(window.env)
        with self.refused("one of its contacts"):
            window.action_save()

    def test_who_may_not_change_contacts_is_told(self):
        windows = self.as_user(self.user)["dunning.address.wizard"]
        window = self.window(windows._open_for(self.nl, self.partner), self.user)
        self.assertFalse(window.may_write)
        with self.refused("may not change this contact"):
            window.action_save()
        kinds = self.window(self.as_user(self.user, self.partner).action_dunning_kind(), self.user)
        self.assertFalse(kinds.may_set)
        kinds.line_ids.kind = "public"
        with self.refused("may not change these contacts"):
            kinds.action_set()

    # -- procedure ------------------------------------------------------------------------------------------------

    def test_procedure(self):
        move = self.invoice(self.partner, 500, due=5)
        decision = self.decided()
        repair = decision.env["dunning.repair"]
        window = self.window(repair._open_procedures(decision))
        with self.refused("Choose a procedure of this company"):
            window.action_choose()
        other = self.business.copy({"name": "Own", "company_id": self.nl.id})
        theirs = self.business.copy({"name": "Theirs", "company_id": self.be.id})
        window.procedure_id = theirs.with_env(window.env)
        with self.refused("Choose a procedure of this company"):
            window.action_choose()
        window.write({"procedure_id": other.id, "whole": "invoice"})
        self.assertIn(other.name, self.said(window.action_choose()))
        self.assertEqual((move.dunning_procedure_id, self.partner.dunning_procedure_id.ids), (other, []))
        window.write({"whole": "debtor"})
        window.action_choose()
        self.assertEqual(self.partner.with_company(self.nl).dunning_procedure_id, other)
        self.assertFalse(self.partner.with_company(self.be).dunning_procedure_id)

    # -- sent outside Odoo ----------------------------------------------------------------------------------------

    def test_many_were_sent_outside(self):
        self.business.require_sent = True
        moves = self.invoices([self.partner, self.partner], 500, due=5, sent=False)
        known = self.invoice(self.partner, 50, due=5)
        decisions = self.decided()
        waiting = decisions.filtered(lambda decision: decision.code == "NOT_SENT")
        self.assertEqual(len(waiting), 2)
        window = self.window(waiting.action_repair_together())
        self.assertEqual(set(window.move_ids.ids), set(moves.ids))
        window = self.window(self.as_user(self.clerk, moves + known).action_dunning_sent())
        self.assertEqual(window.known_text, known.name)
        born = moves[0].invoice_date
        for day, words in ((born - timedelta(1), "did not exist yet"), (TODAY + timedelta(1), "lies ahead")):
            window.day = day
            with self.refused(words):
                window.action_say_sent()
        window.write({"day": born, "how": "portal"})
        self.assertEqual(self.said(window.action_say_sent()), "Noted as sent: 2 invoices.")
        for move in moves:
            self.assertEqual((move.dunning_sent_on, move.dunning_sent_how), (born, "portal"))
            self.assertTrue(move.is_move_sent)
            self.assertFalse(move.dunning_is_missing)
            self.assertNotEqual(self.code(move), "NOT_SENT")
        self.assertEqual(known.dunning_sent_how, "hand", "what is known stays")
        self.assertIn("a person says. How: By a portal", self.told_on(moves[0])[0])
        event = self.env["dunning.event"].search([("kind", "=", "hold.said_sent")])
        self.assertEqual((event.author_id, event.facts["date"]["date"]), (self.clerk, str(born)))
        with self.refused("nothing to say"):
            window.action_say_sent()
        with self.refused("posted customer invoices"):
            self.as_user(self.clerk, self.invoice(self.partner, 1, post=False, sent=False)).action_dunning_sent()

    def test_of_two_companies(self):
        moves = self.invoice(self.partner, 5, due=5, sent=False)
        moves += self.invoice(self.debtor("Peeters"), 5, due=5, sent=False, company=self.be)
        window = self.window(self.as_user(self.clerk, moves).action_dunning_sent())
        with self.refused("one company at a time"):
            window.action_send()
        window.day = TODAY
        window.action_say_sent()
        self.assertEqual(set(moves.mapped("dunning_sent_on")), {TODAY})

    # -- kind -----------------------------------------------------------------------------------------------------

    def test_kind_of_many(self):
        town = self.debtor("Gemeente Ons Dorp")
        person = self.debtor("Jan Jansen", kind="unknown", email="jan@ziggo.nl")
        nobody = self.debtor("Piet Pieters", kind="unknown")
        trader = self.debtor("Kees Kaas", kind="unknown", company_registry="12345678")
        partners = town + person + nobody + trader
        window = self.window(self.as_user(self.clerk, partners).action_dunning_kind())
        self.assertEqual(window.line_ids.mapped("kind"), ["public", "consumer", False, "business"])
        self.assertIn("KvK number 12345678", window.line_ids[3].evidence)
        self.assertFalse(any(partners.mapped("dunning_kind_set")), "nothing is set before a person says so")
        window.line_ids[0].kind = "business"
        self.assertEqual(self.said(window.action_set()), "Kind set of 3 debtors. Left as they were: 1.")
        self.assertEqual(partners.mapped("dunning_kind_set"), ["business", "consumer", False, "business"])
        self.assertEqual(nobody.dunning_debtor_kind, "unknown")
        window.line_ids.kind = False
        with self.refused("at least one"):
            window.action_set()

    def test_kind_costs_the_same_for_many(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"P{n}", kind="unknown") for n in range(12)))
        counts = []
        for some in (partners[:2], partners[2:]):
            with self.counted() as count:
                self.window(self.as_user(self.clerk, some).action_dunning_kind())
            counts += count
        self.assertLessEqual(counts[1], counts[0] + 2)

    # -- the end of a procedure -----------------------------------------------------------------------------------

    def at_the_end(self):
        """An invoice of which the procedure is at its end after one letter, and the window about it."""
        move = self.invoice(self.partner, 500, due=5)
        letter = self.send_level(partners=self.partner)
        self.business.stop_count = 1
        with self.at(60):
            decision = self.decided()
            self.assertEqual(decision.code, "STOP_COUNT")
            self.assertEqual(decision.repair_label, "Decide what happens now")
            return move, letter, self.window(decision.action_repair())

    def test_every_choice_does_it_or_opens_a_window(self):
        move, letter, window = self.at_the_end()
        self.assertEqual(window.letter_ids.ids, letter.ids)
        opened = {}
        with self.at(60) as today:
            for choice, _label in window._choices():
                window.write({"choice": choice, "reason": "we wait", "date_until": today})
                with self.subTest(choice), self.cr.savepoint() as savepoint:
                    action = window.action_decide()
                    opened[choice] = action.get("res_model") or self.code(move)
                    savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(
            opened,
            {
                "letter": "dunning.letter.wizard",
                "statement": "dunning.statement.wizard",
                "call": "dunning.contact",
                "hold": "HOLD_UNTIL",
                "write_off": "dunning.write.off.wizard",
                "stop": "HOLD_UNTIL",
            },
        )
        self.assertIn("hand_over", dict(self.as_user(self.manager, window)._choices()), "a manager hands over")

    def test_a_hold_needs_its_day_and_reason(self):
        move, _letter, window = self.at_the_end()
        with self.at(60) as today:
            window.write({"choice": "hold", "date_until": today - timedelta(1), "reason": "we wait"})
            with self.refused("today or a later day"):
                window.action_decide()
            window.write({"date_until": today, "reason": " "})
            with self.refused("Write down why"):
                window.action_decide()
            window.reason = "we wait"
            window.action_decide()
            self.assertEqual(self.env["dunning.hold"].search([("move_id", "=", move.id)]).date_until, today)
            self.pay(move)
            with self.refused("Nothing of these claims is open"):
                window.action_decide()

    def test_a_letter_by_hand_after_the_end(self):
        move, _letter, window = self.at_the_end()
        with self.at(60):
            window.choice = "letter"
            action = window.action_decide()
            wizard = (
                window.env[action["res_model"]]
                .with_context(**action["context"])
                .create({"level_id": self.business.level_ids[-1].id})
            )
            self.assertEqual(wizard.move_ids.ids, move.ids)
            self.assertEqual(wizard.action_write()["res_model"], "dunning.letter")

    def test_no_letter_is_left(self):
        """Every letter of the procedure went out: it is said, instead of a list without a letter to choose."""
        _move, _letter, window = self.at_the_end()
        self.business.level_ids[1:].legal_type = "call"
        with self.at(60):
            window.choice = "letter"
            with self.refused("Every letter of the procedure went out"):
                window.action_decide()

    def test_several_at_once_only_with_the_same_to_do(self):
        self.business.require_sent = True
        self.invoice(self.partner, 500, due=5, sent=False)
        other = self.debtor("Other")
        move = self.invoice(other, 500, due=5)
        self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "waits"})
        both = self.decided() + self.decided(other)
        with self.refused("one and the same thing to do"):
            both.action_repair_together()

    def test_windows_open_as_forms(self):
        self.invoice(self.partner, 500, due=5)
        decision = self.decided()
        repair = decision.env["dunning.repair"]
        for way in ("address", "procedures", "ending", "items", "send_invoice"):
            with self.subTest(way):
                self.open_form(self.window(getattr(repair, f"_open_{way}")(decision)))
