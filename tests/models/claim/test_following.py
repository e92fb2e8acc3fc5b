"""No act of accounting is refused because of a letter, and the ladder of a claim goes on when its items come back."""

import random
from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...common import TODAY, USER, DunningCase, day

STATES = ("draft", "issued", "sent", "failed", "cancelled")


class FollowingCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij Jansen"), cls.debtor("Slagerij De Wit")
        cls.both = new_test_user(
            cls.env,
            "both",
            f"{USER},account.group_account_invoice",
            company_id=cls.nl.id,
            company_ids=[Command.set(cls.nl.ids)],
        )

    @classmethod
    def term(cls, *parts):
        """A payment term: (percent, days) each."""
        lines = [Command.create({"value": "percent", "value_amount": p, "nb_days": days}) for p, days in parts]
        return cls.env["account.payment.term"].create({"name": "Parts", "line_ids": lines})

    def instalments(self, amount=1000, due=50, parts=((50, 0), (50, 30)), **options):
        return self.invoice(self.partner, amount, due=due, term=self.term(*parts), **options)

    def letter(self, state):
        """A letter about everything of the debtor, in this state."""
        letter = self.run_for(partners=self.partner).letter_ids
        if state != "draft":
            letter.run_id.action_confirm()
        if state == "sent":
            self.send_outbox(letter)
        elif state == "failed":
            letter.sudo()._register_failure("no such mailbox", "bounced")
        elif state == "cancelled":
            letter.sudo()._cancel("Wrong")
        letter = letter.with_env(self.env)
        self.assertEqual(letter.state, state)
        return letter

    def change(self, move, user=None, reset=True, **vals):
        """Reset, changed and posted again, as a bookkeeper does it."""
        move = self.as_user(user or self.biller, move)
        if reset:
            move.button_draft()
        if vals:
            move.write(vals)
        self.env.flush_all()
        move.action_post()
        self.env.flush_all()
        move = move.with_env(self.env)
        move.write({"is_move_sent": True, "dunning_sent_on": TODAY, "dunning_sent_changed": False})  # and sent anew
        self.env.flush_all()
        self.env.invalidate_all()

    def items(self, move):
        """The receivable items by due date."""
        lines = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return lines.sorted(lambda line: (line.date_maturity, line.id))

    def levels(self, move):
        """Per item by due date the names of the levels that it reached."""
        history = self.env["dunning.history"]._of_claims(self.nl, tuple(move.commercial_partner_id.ids), (0,))
        found = []
        for item in self.items(move):
            ids = history[item.id].levels if item.id in history else ()
            found.append(set(self.env["dunning.level"].browse(ids).mapped("name")))
        return found

    def check_readable(self, letter, numbers):
        """Everything that shows a letter still opens, with what it said."""
        lines = letter.line_ids
        self.assertEqual(set(lines.mapped("number")), set(numbers))
        self.assertTrue(all(line.date_due and line.amount_total and line.label for line in lines))
        values = self.open_form(self.as_user(self.user, letter))
        self.assertEqual({line["number"] for line in values["line_ids"]}, set(numbers))
        for number in numbers:
            self.assertIn(number, str(letter.shown_body))
        self.as_user(self.user, letter).action_preview()
        letter._page_rows()
        self.assertTrue(letter.read() and lines.read())
        found = self.as_user(self.user)["dunning.letter"].search([("line_ids.number", "=", numbers[0])])
        self.assertIn(letter, found.with_env(self.env))


@tagged("post_install", "-at_install")
class TestNothingIsRefused(FollowingCase):
    def check_left(self, letter, state):
        """What becomes of a letter that had not left when its invoice was changed."""
        letter = letter.exists()
        if state == "draft":
            letter.run_id.with_env(self.as_user(self.user)).action_confirm()
            self.assertFalse(letter.exists().filtered(lambda letter: letter.state in ("draft", "issued")))
        elif state == "issued":
            self.assertFalse(self.send_outbox(letter))
            self.assertEqual(letter.state, "cancelled")
            self.assertIn("Not sent", letter.cancel_reason)
        else:
            self.assertEqual(letter.state, state)

    def test_term_removed(self):
        """Two instalments become one claim."""
        for user in (self.biller, self.both):
            for state in STATES:
                with self.subTest(user=user.login, state=state):
                    move = self.instalments()
                    number, letter = move.name, self.letter(state)
                    self.assertEqual(len(letter.line_ids), 2)
                    self.change(move, user, invoice_payment_term_id=False, invoice_date_due=day(20))
                    self.assertEqual(len(self.items(move)), 1)
                    if state == "sent":
                        self.check_readable(letter, [number])
                    self.check_left(letter, state)
                    self.assertEqual(self.levels(move), [{"Reminder"} if state == "sent" else set()])
                    self.remove(move)

    def remove(self, move):
        """Start anew: the next subtest has invoices of its own."""
        if move.state != "draft":
            move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.env["dunning.letter"].search([("state", "in", ("draft", "issued", "failed"))])._cancel("Over")
        self.env.flush_all()
        self.cr.execute("UPDATE dunning_letter SET sent_on = %s WHERE sent_on IS NOT NULL", [day(90)])
        self.env.invalidate_all()
        self.back_in_time()

    def test_entry_deleted(self):
        for user in (self.biller, self.both):
            for state in STATES:
                with self.subTest(user=user.login, state=state):
                    move = self.instalments()
                    number, letter = move.name, self.letter(state)
                    decision = move.dunning_decision_id
                    own = self.as_user(user, move).with_context(force_delete=True)
                    own.button_draft()
                    own.unlink()
                    self.env.invalidate_all()
                    self.assertFalse(move.exists())
                    self.assertEqual((decision.number, decision.is_current), (number, False))
                    self.assertIn(number, decision.display_name)
                    self.assertFalse(letter.line_ids.move_id)
                    self.check_left(letter, state)
                    if state in ("sent", "cancelled"):
                        self.check_readable(letter, [number])
                    self.env["dunning.letter"].search([("state", "=", "failed")])._cancel("Over")
                    self.cr.execute("UPDATE dunning_letter SET sent_on = %s WHERE sent_on IS NOT NULL", [day(90)])
                    self.env.invalidate_all()
                    self.back_in_time()

    def test_lines_deleted_in_draft(self):
        for user in (self.biller, self.both):
            move = self.instalments()
            letter = self.letter("sent")
            number, own = move.name, self.as_user(user, move)
            own.button_draft()
            own.invoice_line_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            self.check_readable(letter, [number])
            self.remove(move)

    def test_item_deleted_by_sql(self):
        move = self.instalments()
        letter, number = self.letter("issued"), move.name
        self.env.flush_all()
        self.cr.execute("DELETE FROM account_move_line WHERE id = %s", [self.items(move)[0].id])
        self.env.invalidate_all()
        self.check_readable(letter, [number])
        self.check_left(letter, "issued")

    def test_entry_deleted_by_sql(self):
        move = self.instalments()
        letter, number = self.letter("sent"), move.name
        decision = move.dunning_decision_id
        self.env.flush_all()
        self.cr.execute("DELETE FROM account_move WHERE id = %s", [move.id])
        self.env.invalidate_all()
        self.check_readable(letter, [number])
        self.env["dunning.decision.register"]._retire_settled(self.nl)
        self.assertEqual((decision.is_current, decision.number), (False, number))

    def test_journal_deleted(self):
        journal = self.env["account.journal"].create(
            {"name": "Old", "code": "OLD", "type": "sale", "company_id": self.nl.id}
        )
        move = self.instalments(journal_id=journal.id)
        letter, number = self.letter("sent"), move.name
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        journal.unlink()
        self.env.flush_all()
        self.check_readable(letter, [number])

    def test_currency_changed(self):
        """What was asked in one currency was not asked in another: the ladder starts at its beginning."""
        move = self.invoice(self.partner, 100, due=20)
        letter = self.letter("sent")
        self.change(move, currency_id=self.usd.id)
        self.assertEqual((letter.currency_id, letter.line_ids.amount_total), (self.eur, 100))
        self.assertEqual(self.levels(move), [set()])
        with self.at(30) as today:
            self.run_for(date=today, partners=self.partner)
            self.assertEqual((self.code(move), move.dunning_next_level_id.name), ("LETTER", "Reminder"))

    def test_everything_that_names_an_invoice(self):
        """A promise or plan about an invoice that is gone is not suddenly about everything."""
        move, second = self.invoices([self.partner] * 2, 100, due=20)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        about = {"case_id": case.id, "move_ids": [Command.set(move.ids)]}
        env = self.as_user(self.user)
        records = [
            env["dunning.promise"].create(about | {"date": day(-3), "made_on": TODAY}),
            env["dunning.payment.plan"].create(
                about | {"instalment_ids": [Command.create({"date": day(-3), "amount": 100})]}
            ),
            env["dunning.contact"].create(about | {"outcome": "other", "note": "Sick"}),
        ]
        records[1].action_agree()
        hold = env["dunning.hold"].create({"move_id": move.id, "reason": "Asked for", "partner_id": self.partner.id})
        number, own = move.name, self.as_user(self.biller, move).with_context(force_delete=True)
        own.button_draft()
        own.unlink()
        self.env.invalidate_all()
        self.assertFalse(hold.exists(), "it held back that invoice and nothing else")
        for record in records:
            self.assertEqual((record.numbers, record._named(), record._of_invoices()), (number, [0], number))
            self.open_form(record)
            self.assertEqual(record.about, number)
        for record, name in zip(records, ("promise_confirmed", "plan_agreed"), strict=False):
            for tone in ("", "_informal"):
                text = self.env.ref(f"cremann_dunning.mail_template_{name}{tone}")
                body = str(text._render_field("body_html", record.ids)[record.id])
                self.assertIn(number, body, f"{name}{tone} names what it was about")
                self.assertNotIn("everything that is open", body)
        self.nl.dunning_quiet_days = 0
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(second), "LETTER")
        self.env["dunning.promise"]._settle(self.nl)
        self.env["dunning.payment.plan"]._settle(self.nl)
        with self.at(10):
            records[0].move_ids = [Command.set(second.ids)]
            self.assertEqual((records[0].numbers, records[0]._named()), (second.name, second.ids))


@tagged("post_install", "-at_install")
class TestFollowing(FollowingCase):
    def test_ids_are_handed_on(self):
        """Odoo gives the items of new instalments the ids of the old ones, in an order of its own."""
        for parts in (((50, 0), (50, 45)), ((50, 0), (20, 30), (30, 45)), ((20, 0), (30, 30), (50, 60))):
            with self.subTest(parts=parts):
                self.partner = self.debtor("Bakkerij")
                move = self.instalments(due=20, parts=((50, 0), (50, 30)))
                letter = self.letter("sent")
                self.assertEqual([bool(line.level_id) for line in letter.line_ids], [True])
                self.change(move, invoice_payment_term_id=self.term(*parts).id)
                first = {"Reminder"} if parts[0][0] <= 50 else set()
                self.assertEqual(self.levels(move), [first] + [set()] * (len(parts) - 1))
                self.assertEqual(letter.line_ids.move_line_id, self.items(move)[0])

    def test_other_date(self):
        """One claim is that claim, whatever was corrected: its ladder goes on and nothing goes out twice."""
        move = self.invoice(self.partner, 100, due=20)
        self.letter("sent")
        for vals in ({"invoice_date_due": day(15)}, {"invoice_line_ids": [Command.update(move.line_ids[0].id, {})]}):
            self.change(move, **vals)
            self.assertEqual(self.levels(move), [{"Reminder"}])
        with self.at(30) as today:
            self.run_for(date=today, partners=self.partner)
            self.assertNotEqual(move.dunning_next_level_id.name, "Reminder")

    def test_other_customer(self):
        """The claim on another customer starts at its first step, and the letter to the first one does not block it."""
        move = self.invoice(self.partner, 100, due=20)
        sent = self.letter("sent")
        self.change(move, partner_id=self.other.id)
        self.assertFalse(sent.line_ids.move_line_id)
        self.assertEqual(self.levels(move), [set()])
        with self.at(10) as today:
            letters = self.send_level(date=today, partners=self.other)
        self.assertEqual((letters.partner_id, letters.line_ids.level_id.name), (self.other, "Reminder"))
        self.check_readable(sent, [move.name])

    def test_other_customer_before_it_left(self):
        move = self.invoice(self.partner, 100, due=20)
        letter = self.letter("issued")
        self.change(move, partner_id=self.other.id)
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "cancelled")

    def test_two_entries_in_one_go(self):
        """A fixed number of statements, whatever the number of entries; one when nobody wrote about them."""
        self.invoices([self.partner] * 8, 100, due=20)
        moves = self.letter("sent").line_ids.move_id
        following = self.env["dunning.following"]
        with self.counted() as few:
            following._follow(moves[:2])
        with self.counted() as many:
            following._follow(moves)
        self.assertEqual(few, many)
        fresh = self.invoice(self.other, 10, due=3)
        with self.counted() as none:
            following._follow(fresh)
        self.assertLessEqual(none[0], 2)

    def test_walk(self):
        """Corrected at random over weeks: nothing is refused, no level without its letter, none twice for a claim."""
        chance = random.Random(7)
        self.partner = self.debtor("Wandelaar")
        moves = self.invoices([self.partner] * 2, 300, due=30) + self.instalments(300, due=60)
        terms = [self.term((50, 0), (50, 30)), self.term((30, 0), (30, 15), (40, 40)), self.term((100, 0))]
        users = (self.biller, self.both)
        for week in range(6):
            with self.at(7 * week) as today:
                self.send_level(date=today, partners=self.partner + self.other)
                for move in moves:
                    for _number in range(chance.randrange(3)):
                        vals = chance.choice(
                            [
                                {},
                                {"invoice_payment_term_id": chance.choice(terms).id},
                                {"invoice_payment_term_id": False, "invoice_date_due": move.invoice_date_due},
                                {"invoice_date": move.invoice_date + timedelta(days=chance.choice((-3, 3)))},
                            ]
                        )
                        self.change(move, chance.choice(users), **vals)
                self.check_levels()

    def check_levels(self):
        """What the database holds: a level is a sent letter's, and no item has one twice."""
        self.env.flush_all()
        self.cr.execute(
            """
            SELECT c.move_line_id, k.level_id, COUNT(*) FROM dunning_letter_line k
              JOIN dunning_claim c ON c.id = k.claim_id AND c.move_line_id IS NOT NULL
             WHERE k.is_cancelled IS NOT TRUE AND k.level_id IS NOT NULL AND k.is_let_go IS NOT TRUE
             GROUP BY 1, 2 HAVING COUNT(*) > 1
            """
        )
        self.assertFalse(self.cr.fetchall())
        self.cr.execute(
            """
            SELECT k.id FROM dunning_letter_line k JOIN dunning_claim c ON c.id = k.claim_id
              JOIN account_move_line l ON l.id = c.move_line_id
              JOIN dunning_letter f ON f.id = k.letter_id
             WHERE l.move_id <> k.move_id OR l.partner_id <> f.partner_id OR c.move_id <> k.move_id
            """
        )
        self.assertFalse(self.cr.fetchall(), "a claim is followed within its entry and debtor only")
        history = self.env["dunning.history"]._of_claims(self.nl, tuple((self.partner + self.other).ids), (0,))
        sent = self.env["dunning.letter.line"].search([("state", "=", "sent"), ("level_id", "!=", False)])
        for line_id, past in history.items():
            own = sent.filtered(lambda line, line_id=line_id: line.move_line_id.id == line_id)
            self.assertEqual(set(past.levels), set(own.level_id.ids))


@tagged("post_install", "-at_install")
class TestContactsGo(FollowingCase):
    def test_a_person_at_the_debtor(self):
        """Whom a letter went to may be deleted; his name stays on it, and what had not left goes to nobody else."""
        for state in ("issued", "sent"):
            with self.subTest(state=state):
                self.partner = self.debtor("Bakkerij")
                person = self.env["res.partner"].create(
                    {
                        "name": "Ms Jansen", "parent_id": self.partner.id, "email": "j@example.com",
                        "dunning_role": "reminder", "type": "other",
                    }
                )  # fmt: skip
                move = self.invoice(self.partner, 100, due=20)
                letter = self.letter(state)
                self.assertEqual(letter.contact_id, person)
                name = person.display_name
                person.unlink()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertFalse(letter.contact_id)
                self.assertEqual((letter.contact_name, letter._whom()), (name, name))
                self.check_readable(letter, [move.name])
                if state == "issued":
                    self.assertFalse(self.send_outbox(letter))
                    self.assertEqual(letter.cancel_reason, f"Not sent: {name} is no contact of this debtor any more.")

    def test_a_debtor_without_entries(self):
        """A debtor that was only noted may go; one with a letter on record stays, as one with invoices does."""
        partner = self.debtor("Noted BV")
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        env = self.as_user(self.user)
        env["dunning.contact"].create({"case_id": case.id, "outcome": "other"})
        env["dunning.hold"].create({"partner_id": partner.id, "reason": "Asked for"})
        keeper = new_test_user(self.env, "keeper", "base.group_user,base.group_partner_manager")
        partner.with_user(keeper).unlink()
        self.env.flush_all()
        self.assertFalse(partner.exists() or case.exists())
        move = self.invoice(self.partner, 100, due=20)
        letter = self.letter("sent")
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        with self.refused("", Exception):
            self.partner.unlink()
        self.assertEqual(letter.partner_id, self.partner)
