"""Who at a debtor gets the letters, by which way, who signs and who gets a copy: in the ledger and on the screens."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import DunningCase

# What the choice may add when there are many debtors: nothing.
SLACK = 2


class RecipientCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 500, due=5)

    @classmethod
    def contact(cls, name="Jan Smit", role="reminder", parent=None, **vals):
        """A person at the debtor with a mailbox and, as in Odoo, the address of the debtor."""
        email = f"{name.split()[0].lower()}@debtor.example.com"
        vals = {"parent_id": (parent or cls.partner).id, "name": name, "dunning_role": role, "email": email} | vals
        return cls.env["res.partner"].create(vals)

    @classmethod
    def without_place(cls, *partners):
        """Nobody of them can be found by the post; written below Odoo, which copies addresses to and fro."""
        partners = cls.env["res.partner"].union(*partners)
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE res_partner SET street = NULL, city = ' ' WHERE id = ANY(%s)", (partners.ids,))
        partners.invalidate_recordset()

    def draft(self, partner=None):
        """The letter that a new run drafts, as the user sees it."""
        self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
        return self.run_for(partners=partner or self.partner).letter_ids

    def way(self, partner=None):
        letter = self.draft(partner)
        return letter.contact_id.name, letter.channel


@tagged("post_install", "-at_install")
class TestChoice(RecipientCase):
    def test_order_of_the_contacts(self):
        self.assertEqual(self.draft().contact_id, self.partner)
        invoice = self.contact("Invoices Desk", role=False, type="invoice")
        self.assertEqual(self.draft().contact_id, invoice)
        person = self.contact()
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter.channel), (person, "email"))
        self.assertEqual(letter.contact_reason, "The reminder contact of the debtor.")
        self.assertIn("Jan Smit", str(letter.shown_body))
        self.contact("Piet Boss", role="escalation")
        self.assertEqual(self.draft().contact_id, person, "an escalation contact gets no letters of his own")

    def test_archived_contact_is_passed_over(self):
        person = self.contact()
        person.active = False
        self.assertEqual(self.draft().contact_id, self.partner)

    def test_person_without_mail_gets_paper_before_the_mailbox_of_another(self):
        self.contact(email=False)
        letter = self.draft()
        self.assertEqual((letter.contact_id.name, letter.channel), ("Jan Smit", "print"))
        self.assertEqual(
            letter.contact_reason,
            "The reminder contact of the debtor. Not by e-mail: there is no e-mail address.",
        )

    def test_invoice_address_without_a_mailbox_has_the_debtors(self):
        self.contact("Invoices Desk", role=False, type="invoice", email=False)
        self.assertEqual(self.way(), ("Invoices Desk", "email"))

    def test_blacklisted_contact(self):
        person = self.contact()
        self.env["mail.blacklist"]._add(person.email)
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter.channel), (person, "print"))
        self.assertIn("Not by e-mail: the e-mail address is blacklisted.", letter.contact_reason)
        self.without_place(self.partner, person)
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter.channel), (self.partner, "email"))
        self.assertIn("Jan Smit cannot be reached: the e-mail address is blacklisted.", letter.contact_reason)

    def test_nobody_to_be_reached(self):
        person = self.contact(email=False)
        self.without_place(self.partner, person)
        self.partner.email = False
        self.assertFalse(self.draft())
        self.assertEqual(self.code(self.move), "NO_ADDRESS")
        case = self.move.dunning_decision_id.partner_id.dunning_case_ids
        self.assertIn("Nobody", self.as_user(self.user, case).recipient)

    def test_contact_of_a_subsidiary_is_no_contact_of_the_debtor(self):
        other = self.debtor("Bakkerij Zuid", parent_id=self.partner.id, type="invoice")
        self.contact("Kees Zuid", parent=other)
        self.assertEqual(self.draft().contact_id, self.partner)

    def test_contact_below_a_contact(self):
        desk = self.contact("Office", role=False)
        below = self.contact("Anna Below", parent=desk)
        self.assertEqual(self.draft().contact_id, below)

    def test_place_on_the_envelope(self):
        person = self.contact(email=False)
        letter = self.draft()
        self.assertEqual(letter._place_on_paper(), person)
        self.without_place(person)
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter._place_on_paper()), (person, self.partner))
        html = self.env["ir.actions.report"]._render_qweb_html("cremann_dunning.dunning_letter_report", letter.ids)[0]
        self.assertIn("Jan Smit", html.decode())
        self.assertIn("Dorpsstraat 12", html.decode())

    def test_contact_that_changes_after_the_proposal(self):
        person = self.contact()
        run = self.run_for(partners=self.partner)
        self.assertEqual(run.letter_ids.contact_id, person)
        self.env["mail.blacklist"]._add(person.email)
        letter = self.confirm(run)
        self.assertEqual((letter.contact_id, letter.channel), (person, "print"))
        self.assertIn("cancelled", run.letter_ids.mapped("state"), "the draft by mail made way")

    def test_contact_that_changes_in_the_outbox(self):
        for name, change in (
            ("Kees Smit", lambda person: person.write({"active": False})),
            ("Anna Smit", lambda person: person.write({"parent_id": self.debtor("Elsewhere").id})),
        ):
            with self.subTest(name):
                person = self.contact(name)
                letter = self.confirm(self.run_for(partners=self.partner)).sudo()
                self.assertEqual(letter.contact_id, person)
                change(person)
                self.assertFalse(self.send_outbox(letter))
                self.assertEqual((letter.state, letter.mail_id.state), ("cancelled", "cancel"))
                self.assertIn(name, letter.cancel_reason)
                self.assertFalse(self.move.dunning_level_id)
                person.active = False
                self.back_in_time()

    def test_short_letters_go_to_the_same_contact(self):
        promise = {"partner_id": self.partner.id, "company_id": self.nl.id, "amount": 5, "date": "2026-12-01"}
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        promise = self.env["dunning.promise"].create(promise | {"case_id": case.id})
        self.assertEqual(promise.reader_id, self.partner)
        person = self.contact()
        promise.invalidate_recordset()
        self.assertEqual(self.as_user(self.user, promise).reader_id, person)

    def test_letter_that_is_kept_names_its_old_reason(self):
        """A letter from before there were roles."""
        letter = self.confirm(self.run_for(partners=self.partner))
        self.assertIn("The debtor itself", letter.contact_reason)
        self.env.flush_all()
        desk = self.contact("Invoices Desk", role=False, type="invoice")
        self.env.cr.execute("UPDATE dunning_letter SET contact_id = %s WHERE id = %s", (desk.id, letter.id))
        letter.invalidate_recordset()
        self.assertIn("The invoice address", letter.contact_reason)


@tagged("post_install", "-at_install")
class TestChannels(RecipientCase):
    def channels(self, *lines, channel="email", level=None):
        level = level or self.level
        level.write(
            {
                "channel": channel,
                "channel_ids": [Command.clear()]
                + [Command.create({"channel": name, "use": use}) for name, use in lines],
            }
        )

    def test_fallback_in_its_order(self):
        self.channels(("registered", "fallback"))
        self.assertEqual(self.draft().channel, "email")
        self.partner.email = False
        self.assertEqual(self.draft().channel, "registered")
        self.channels(("sms", "also"), ("registered", "also"))
        self.assertEqual(self.draft().channel, "print", "what goes along takes nobody's place")

    def test_registered_letter_stays_one(self):
        self.channels(channel="registered")
        self.assertEqual(self.draft().channel, "registered")
        self.without_place(self.partner)
        self.assertFalse(self.draft())
        self.assertEqual(self.code(self.move), "NO_ADDRESS")

    def test_fallback_that_the_rules_forbid_is_stopped_by_the_gate(self):
        regime = self.draft().regime_id
        regime.requirement_ids.filtered(lambda line: line.legal_type == self.level.legal_type).unlink()
        self.env["dunning.regime.requirement"].create(
            {"regime_id": regime.id, "legal_type": self.level.legal_type, "by_email": False}
        )
        self.channels(("email", "fallback"), channel="registered")
        self.assertEqual(self.draft().channel, "registered")
        self.without_place(self.partner)
        self.assertFalse(self.draft(), "never silently by mail")
        self.assertEqual(self.code(self.move), "REFUSED")
        self.assertIn("do not allow this letter by this channel", self.why(self.move))

    def test_ways_that_make_no_sense_are_refused(self):
        with self.refused("goes by this channel already"):
            self.channels(("email", "fallback"))
        with self.refused("cannot take the place of a letter"):
            self.channels(("sms", "fallback"))
        self.channels(("print", "fallback"), ("call", "also"))
        with self.refused("goes by this channel already"):
            self.level.channel = "print"

    def test_copy_of_a_procedure_has_its_ways(self):
        signer = self.manager
        self.channels(("registered", "fallback"), ("sms", "also"))
        self.level.write({"copy_to": "escalation", "signer_id": signer.id})
        copy = self.level.procedure_id.copy().level_ids[0]
        self.assertEqual(copy.channel_ids.mapped("channel"), ["registered", "sms"])
        self.assertEqual((copy.copy_to, copy.signer_id), ("escalation", signer))
        self.assertEqual(copy._engine_level().fallbacks, ("registered",))

    def test_letter_by_hand_takes_the_same_way(self):
        self.contact(email=False)
        wizard = self.env["dunning.letter.wizard"].with_user(self.user)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        written = wizard.create({"case_id": case.id, "level_id": self.level.id})
        letter = self.env["dunning.letter"].browse(written.action_write()["res_id"])
        self.assertEqual((letter.contact_id.name, letter.channel), ("Jan Smit", "print"))
        letter.sudo()._discard()
        self.channels(channel="registered")
        self.without_place(self.partner, self.partner.child_ids)
        case.invalidate_recordset()
        other = self.level.procedure_id.level_ids[1]
        self.channels(channel="registered", level=other)
        with self.assertRaisesRegex(UserError, "usable address|Nobody at"):
            wizard.create({"case_id": case.id, "level_id": other.id}).action_write()


@tagged("post_install", "-at_install")
class TestCopyAndSigner(RecipientCase):
    with_belgium = True

    def copied(self, way, partner=None):
        self.level.copy_to = way
        return self.draft(partner).copy_partner_id

    def test_who_gets_a_copy(self):
        boss = self.contact("Piet Boss", role="escalation")
        self.partner.user_id = self.biller
        self.assertFalse(self.draft().copy_partner_id)
        self.assertEqual(self.copied("escalation"), boss)
        self.assertEqual(self.copied("salesperson"), self.biller.partner_id)
        self.assertEqual(self.copied("responsible"), self.user.partner_id)
        self.env["dunning.case"].search([("partner_id", "=", self.partner.id)]).user_id = self.manager
        self.assertEqual(self.copied("responsible"), self.manager.partner_id)

    def test_escalation_contact_without_a_mailbox(self):
        self.contact("Piet Boss", role="escalation", email=False)
        self.assertFalse(self.copied("escalation"))
        second = self.contact("Anna Second", role="escalation")
        self.assertEqual(self.copied("escalation"), second)
        self.env["mail.blacklist"]._add(second.email)
        self.assertFalse(self.copied("escalation"))

    def test_consumer(self):
        """No third party ever reads about a consumer; who stands on his own record is none."""
        consumer = self.debtor("Mrs White", kind="consumer")
        self.invoice(consumer, 500, due=5)
        firm = self.debtor("Her Employer", parent_id=consumer.id)
        self.contact("Employer Boss", role="escalation", parent=firm)
        level = self.env.ref("cremann_dunning.dunning_level_nl_consumer_1")
        level.copy_to = "escalation"
        self.assertFalse(self.draft(consumer).copy_partner_id)
        own = self.contact("Administrator", role="escalation", parent=consumer)
        letter = self.draft(consumer)
        self.assertEqual(letter.copy_partner_id, own)
        self.assertEqual(letter.sudo()._copy_address(), own.email_formatted)
        own.parent_id = firm
        self.assertFalse(letter.sudo()._copy_address(), "who moved to another record since gets none")

    def test_colleague_of_another_company_gets_no_copy(self):
        self.partner.user_id = self.be_user
        self.assertFalse(self.copied("salesperson"))
        self.partner.user_id = self.group_user
        self.assertEqual(self.copied("salesperson"), self.group_user.partner_id)
        self.group_user.active = False
        self.assertFalse(self.copied("salesperson"))

    def test_signer(self):
        self.assertEqual(self.draft().user_id, self.user, "the responsible")
        self.level.signer_id = self.manager
        letter = self.draft()
        self.assertEqual(letter.user_id, self.manager)
        self.assertEqual(letter.sudo()._sender(), self.manager.partner_id)
        self.level.signer_id = self.be_manager
        self.assertEqual(self.draft().user_id, self.user, "not in this company")
        self.manager.active = False
        self.level.signer_id = self.manager
        self.assertEqual(self.draft().user_id, self.user, "not here any more")

    def test_signer_of_a_companys_own_level_works_there(self):
        own = self.level.procedure_id.copy({"company_id": self.nl.id})
        with self.assertRaises(UserError):
            own.level_ids[0].signer_id = self.be_manager

    def test_failure_is_the_responsibles_whoever_signs(self):
        self.level.signer_id = self.manager
        letter = self.draft().sudo()
        letter._register_failure("no")
        self.assertEqual(letter.activity_ids.user_id, self.user)


@tagged("post_install", "-at_install")
class TestScreens(RecipientCase):
    with_belgium = True

    def test_case_says_to_whom_and_why(self):
        self.contact()
        self.run_for(partners=self.partner)
        case = self.as_user(self.user, self.partner.dunning_case_ids)
        shown = self.open_form(case)["recipient"]
        self.assertEqual(shown, "Bakkerij Jansen, Jan Smit (E-mail). The reminder contact of the debtor.")

    def test_partner_says_to_whom(self):
        person = self.contact(email=False)
        shown = self.open_form(self.as_user(self.user, self.partner), "base.view_partner_form")
        self.assertIn("Jan Smit (On paper)", shown["dunning_recipient"])
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        form = Form(self.as_user(self.user, person), "base.view_partner_form")
        form.dunning_role = "escalation"
        form.save()
        self.assertIn("The debtor itself", self.as_user(self.user, self.partner).dunning_recipient)

    def test_who_does_no_follow_up_sees_nothing_of_it(self):
        partner = self.as_user(self.biller, self.partner)
        shown = self.open_form(partner, "base.view_partner_form")
        self.assertNotIn("dunning_recipient", shown)
        with self.assertRaises(AccessError):
            partner.read(["dunning_role"])
        Form(partner, "base.view_partner_form").save()

    def test_new_partner(self):
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        form = Form(self.as_user(self.user)["res.partner"], "base.view_partner_form")
        form.name = "New"
        with form.child_ids.new() as child:
            child.name, child.dunning_role = "Jan", "reminder"
        self.assertEqual(form.save().child_ids.dunning_role, "reminder")

    def test_bounce_of_one_company_says_nothing_to_another(self):
        self.send_level(partners=self.partner)
        attempt = self.env["dunning.dispatch"].search([("partner_id", "=", self.partner.id)])
        attempt.write({"state": "bounced", "bounced_to": self.partner.email})
        text = self.env["dunning.recipient"]._to_whom(self.nl, self.partner)[self.partner.id]
        self.assertIn("(On paper)", text)
        self.assertIn("Not by e-mail: the last letter to the e-mail address came back.", text)
        other = self.env["dunning.recipient"]._to_whom(self.be, self.partner)[self.partner.id]
        self.assertIn("(E-mail)", other)
        taken = {"state": "accepted", "taken_to": self.partner.email, "bounced_to": False}
        attempt.copy({"letter_id": attempt.letter_id.id, **taken})
        again = self.env["dunning.recipient"]._to_whom(self.nl, self.partner)[self.partner.id]
        self.assertIn("(E-mail)", again, "tried again, and it was taken")

    def test_users_of_two_companies(self):
        """Each company chooses by its own letters, and nobody sees the channels of a level that is not his."""
        theirs = self.level.procedure_id.copy({"company_id": self.be.id, "name": "Theirs"})
        theirs.level_ids[0].channel_ids = [Command.create({"channel": "sms", "use": "also"})]
        line = theirs.level_ids[0].channel_ids
        self.assertTrue(self.as_user(self.be_manager, line).channel)
        with self.assertRaises(AccessError):
            self.as_user(self.manager, line).read(["channel"])
        with self.assertRaises(AccessError):
            self.as_user(self.user)["dunning.level.channel"].create({"level_id": self.level.id, "channel": "sms"})
        self.contact()
        self.invoice(self.partner, 500, due=5, company=self.be)
        for user, company in ((self.user, self.nl), (self.be_user, self.be)):
            letter = self.run_for(company, partners=self.partner).letter_ids
            self.assertEqual(letter.with_user(user).contact_id.name, "Jan Smit")


@tagged("post_install", "-at_install")
class TestCost(RecipientCase):
    def queries(self, number):
        """Queries of a proposal and of the texts for so many debtors, each with contacts of every role."""
        partners = self.env["res.partner"].union(*[self.debtor(f"Debtor {n} of {number}") for n in range(number)])
        for index, partner in enumerate(partners):
            self.contact(f"Jan{index} Smit", parent=partner, email=f"jan{number}.{index}@debtor.example.com")
            self.contact(f"Boss{index} Smit", role="escalation", parent=partner)
        partners.user_id = self.biller
        self.invoices(list(partners), 100, due=5)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        run = self.run_for(partners=partners)
        proposed = self.cr.sql_log_count
        self.assertEqual(len(run.letter_ids), number)
        self.env.invalidate_all()
        count = self.cr.sql_log_count
        self.assertEqual(len(self.env["dunning.recipient"]._to_whom(self.nl, partners)), number)
        shown = self.cr.sql_log_count
        run.letter_ids.mapped("contact_reason")
        return proposed - before, shown - count, self.cr.sql_log_count - shown

    def test_queries_do_not_grow_with_the_debtors(self):
        for way in ("escalation", "salesperson", "responsible"):
            with self.subTest(way):
                self.level.write({"copy_to": way, "signer_id": self.manager.id})
                self.queries(2)
                few, many = self.queries(4), self.queries(40)
                for least, most in zip(few, many, strict=True):
                    self.assertLessEqual(most, least + SLACK, (few, many))


@tagged("post_install", "-at_install")
class TestInvoiceSays(RecipientCase):
    """What the invoice itself says comes before the debtor in general: whom it names, his language, his numbers."""

    def named(self, name="Petra Vos", **vals):
        return self.contact(name, role=False, **vals)

    def test_whom_all_invoices_name(self):
        person, other = self.named(lang="nl_NL"), self.named("Olaf Berg", lang="fr_FR")
        self.move.with_context(x=1).button_draft()
        self.move.partner_id = person
        self.move.action_post()
        self.move.dunning_sent_changed = False
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter.partner_id, letter.lang), (person, self.partner, "nl_NL"))
        self.assertIn("The contact whom the invoices name", letter.contact_reason)
        self.invoice(other, 300, due=5)
        letter = self.draft()
        self.assertEqual((letter.contact_id, letter.lang), (self.partner, "en_US"), "they name two")
        ticked = self.contact()
        self.assertEqual(self.draft().contact_id, ticked)

    def test_his_order_number_stands_on_the_letter(self):
        self.move.ref = "PO 4711"
        other = self.invoice(self.partner, 300, due=5, invoice_origin="S00042")
        letter = self.draft()
        self.assertEqual(
            {line.move_id: line.customer_ref for line in letter.line_ids}, {self.move: "PO 4711", other: "S00042"}
        )
        body = str(letter.shown_body)
        self.assertIn("Your order: PO 4711", body)
        self.assertIn("Your order: S00042", body)

    def test_several_by_a_tick(self):
        first, second = self.contact(), self.contact("Kim Bos")
        letter = self.confirm(self.run_for(partners=self.partner))
        self.assertEqual(letter.contact_id, first)
        self.assertIn("The same mail goes to Kim Bos.", letter.contact_reason)
        self.assertEqual(letter.email_to, '"Jan Smit" <jan@debtor.example.com>, "Kim Bos" <kim@debtor.example.com>')
        (message,) = self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        for address in (first.email, second.email):
            self.assertIn(address, message["To"])

    def test_one_more_after_the_confirmation_makes_it_anew(self):
        self.contact()
        run = self.run_for(partners=self.partner)
        self.contact("Kim Bos")
        letter = self.confirm(run)
        self.assertIn("kim@debtor.example.com", letter.email_to)

    def test_reminder_contact_of_a_place(self):
        place = self.contact("Depot", role=False, type="invoice")
        self.contact("Ria Kok", parent=place)
        letter = self.draft()
        self.assertEqual(letter.contact_id, place, "the invoice names the debtor itself, which has an invoice address")
        partner = self.debtor("Other")
        place = self.contact("Depot", role=False, type="invoice", parent=partner)
        person = self.contact("Ria Kok", parent=place)
        self.invoice(place, 300, due=5)
        letter = self.draft(partner)
        self.assertEqual(letter.contact_id, person)
        self.assertIn("address that the invoices went to", letter.contact_reason)
