"""Who a claim may be handed over to: registration by day and kind of debtor, with its article; results per party."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...common import TODAY
from .status_case import StatusCase

DUTCH, BELGIAN = "art. 4 Wki", "art. XIX.6 WER"


@tagged("post_install", "-at_install")
class TestParty(StatusCase):
    refusal = ValidationError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        be, de = cls.env.ref("base.be").id, cls.env.ref("base.de").id
        cls.debtors = {
            "NL consumer": cls.debtor("A", kind="consumer"),
            "NL sole trader": cls.debtor("B", kind="business", is_company=False),
            "NL unknown": cls.debtor("C", kind="unknown", is_company=False),
            "NL firm": cls.debtor("D", kind="business", is_company=True),
            "NL public": cls.debtor("E", kind="public", is_company=True),
            "BE consumer": cls.debtor("F", kind="consumer", country_id=be),
            "BE firm": cls.debtor("G", kind="business", is_company=True, country_id=be),
            "DE consumer": cls.debtor("H", kind="consumer", country_id=de),
        }
        make = cls.env["dunning.case"]._for_partners
        cls.cases = {name: make(partner, cls.nl, create=True) for name, partner in cls.debtors.items()}

    def refusals(self, party, on=TODAY):
        """``{debtor: (code, article)}`` of those on whom it may not have claims."""
        found = {name: party._refusal(case, on) for name, case in self.cases.items()}
        return {name: (answer[0], answer[2]) for name, answer in found.items() if answer}

    def test_who_needs_a_registration(self):
        unregistered = self.agency("Nobody", registration=False, registered_from=False, registered_until=False)
        natural = ("NL consumer", "NL sole trader", "NL unknown")
        missing = dict.fromkeys(natural, ("PARTY_UNREGISTERED", DUTCH))
        belgian = {"BE consumer": ("PARTY_UNREGISTERED", BELGIAN)}
        self.assertEqual(self.refusals(unregistered), missing | belgian)
        self.assertEqual(self.refusals(self.party), belgian)
        self.party.registration_be = "300.123"
        self.assertEqual(self.refusals(self.party), {})
        for kind in ("bailiff", "lawyer"):
            unregistered.kind = kind
            self.assertEqual(self.refusals(unregistered), {})
            self.assertEqual(unregistered.registration_state, "needless")
        # the number of a Belgian agency is that of the FPS Economy, and no Dutch one
        abroad = self.agency("Gent Incasso", registration="300.999")
        abroad.partner_id.country_id = self.env.ref("base.be")
        self.assertEqual(self.refusals(abroad), missing)

    def test_days_of_a_registration(self):
        """The day before, on and after, at both ends; a Dutch one without an end lasts a year."""
        case, begins, ends = self.cases["NL consumer"], TODAY - timedelta(days=50), TODAY + timedelta(days=50)
        self.party.write({"registered_from": begins, "registered_until": ends, "checked_on": False})
        for day, code in (
            (begins - timedelta(days=1), "PARTY_NOT_YET"),
            (begins, None),
            (begins + timedelta(days=1), None),
            (ends - timedelta(days=1), None),
            (ends, None),
            (ends + timedelta(days=1), "PARTY_ENDED"),
        ):
            with self.subTest(day):
                self.assertEqual((self.party._refusal(case, day) or (None,))[0], code)
        self.party.registered_until = False
        last = begins.replace(year=begins.year + 1) - timedelta(days=1)
        self.assertIsNone(self.party._refusal(case, last))
        self.assertEqual(self.party._refusal(case, last + timedelta(days=1))[0], "PARTY_ENDED")
        self.party.write({"registered_from": False})
        self.assertEqual(self.party._refusal(case, TODAY)[0], "PARTY_UNKNOWN")
        self.party.checked_on = TODAY.replace(year=TODAY.year - 1)
        self.assertIsNone(self.party._refusal(case, TODAY))
        self.party.checked_on -= timedelta(days=1)
        self.assertEqual(self.party._refusal(case, TODAY)[0], "PARTY_UNKNOWN")

    def test_age(self):
        for until, looked, state in (
            (31, 0, "valid"),
            (30, 0, "ends_soon"),
            (-1, 0, "ended"),
            (200, 90, "valid"),
            (200, 91, "old"),
            (200, None, "old"),
        ):
            with self.subTest(until=until, looked=looked):
                looked_on = looked is not None and TODAY - timedelta(days=looked)
                self.party.write({"registered_until": TODAY + timedelta(days=until), "checked_on": looked_on})
                self.assertEqual(self.party.registration_state, state)
                self.assertEqual(bool(self.party.registration_note), state != "valid")
        self.party.action_looked_up()
        self.assertEqual(self.party.registration_state, "valid")

    def test_not_of_both_sides(self):
        case = self.cases["NL firm"]
        for contact, code in ((case.partner_id, "PARTY_IS_DEBTOR"), (self.nl.partner_id, "PARTY_IS_DEBTOR")):
            self.party.partner_id = contact
            self.assertEqual(self.party._refusal(case, TODAY)[0], code)
        self.party.active = False
        self.assertEqual(self.party._refusal(case, TODAY)[0], "PARTY_NOT_OURS")

    def test_what_is_entered(self):
        for vals, why in (
            ({"registered_until": self.party.registered_from - timedelta(days=1)}, "before it begins"),
            ({"fee_percent": 101}, "between 0 and 100"),
            ({"fee_percent": -1}, "between 0 and 100"),
            ({"fee_amount": -1}, "between 0 and 100"),
            ({"email": "nobody"}, "no e-mail address"),
        ):
            with self.subTest(vals), self.refused(why):
                self.party.write(vals)

    def test_results(self):
        """What was handed over, received and kept, by the amounts; as many statements for many as for one."""
        first = self.hand_over()
        self.take(self.file(self.row(first, received="100.00", fees="10.00")))
        overview = self.env["dunning.party.overview"]
        sums = ("amount_handed_over:sum", "amount_received:sum", "amount_kept:sum", "success:avg", "days:avg")
        domain = [("party_id", "=", self.party.id)]
        self.env.flush_all()
        [(handed, received, kept, success, days)] = overview._read_group(domain, [], sums)
        self.assertEqual((received, kept, days), (100, 10, 0))
        self.assertAlmostEqual(success, 100 * 100 / handed, 2)
        with self.assertQueryCount(1):
            overview._read_group(domain, ["party_id"], sums)
        claims = [self.claimed(self.debtor(f"Debtor {place}"), 100)[1] for place in range(5)]
        for claim in claims:
            self.hand_over(claim)
        self.env.flush_all()
        with self.assertQueryCount(1):
            overview._read_group(domain, ["party_id"], sums)
        env = self.as_user(self.user)
        self.assertEqual(env["dunning.party.overview"].search_count(domain), 6)
        self.assertEqual(self.party.handover_count, 6)
        self.assertFalse(self.env["dunning.party.overview"].search(domain).filtered(lambda row: not row.handover_id))
        elsewhere = env["dunning.party.overview"].with_user(self._named("be_user"))
        self.assertFalse(elsewhere.with_context(allowed_company_ids=[self._company("be").id]).search_count(domain))
