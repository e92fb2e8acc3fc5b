"""Rates from a CSV file: what is added, left or refused, and never half a file."""

import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import DunningCase

HEADER = "valid_from,percent,source\n"


@tagged("post_install", "-at_install")
class TestRateImport(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table = cls.as_user(cls.manager, cls.env.ref("cremann_dunning.dunning_interest_table_nl_trade"))
        cls.irregular = cls.as_user(cls.manager, cls.env.ref("cremann_dunning.dunning_interest_table_nl_consumer"))

    def wizard(self, text, table=None):
        content = text if isinstance(text, bytes) else text.encode()
        return self.as_user(self.manager)["dunning.rate.import.wizard"].create(
            {"table_id": (table or self.table).id, "data": base64.b64encode(content)}
        )

    def rates(self, table=None):
        self.env.invalidate_all()
        return {rate.valid_from: rate.percent for rate in (table or self.table).rate_ids}

    def refused_file(self, text, message, table=None):
        """The file is refused with this message, the preview says the same, and nothing is written."""
        before = self.rates(table)
        wizard = self.wizard(text, table)
        self.assertTrue(wizard.is_refused)
        self.assertRegex(wizard.preview, message)
        with self.assertRaisesRegex(UserError, message):
            wizard.action_import()
        self.assertEqual(self.rates(table), before)

    def test_forms_of_the_same_file(self):
        day = date(2027, 1, 1)
        for text in (
            HEADER + "2027-01-01,10.15,DNB\n",
            HEADER + '01-01-2027,"10,15",DNB\n',
            "valid_from;percent;source\r\n01-01-2027;10,15;DNB\r\n",
            "valid_from;percent;source\n2027-01-01;10.15 %;DNB",
            "\ufeffValid_From; Percent ;source\n2027-01-01;10,15;DNB\n\n;;\n",
            "source,percent,valid_from\nDNB,10.15,2027-01-01\n",
            "valid_from;percent\n2027-01-01;10,150\n",
        ):
            with self.subTest(text):
                self.wizard(text).action_import()
                rate = self.table.rate_ids.filtered(lambda rate: rate.valid_from == day)
                self.assertEqual((rate.percent, rate.verification), (10.15, "unchecked"))
                self.assertEqual(rate.source or "DNB", "DNB")
                rate.unlink()
                self.env.invalidate_all()

    def test_preview_before_anything_is_written(self):
        before = self.rates()
        form = Form(self.as_user(self.manager)["dunning.rate.import.wizard"])
        form.table_id = self.table
        form.data = base64.b64encode((HEADER + "2027-01-01,10.15,DNB\n2026-07-01,10.40,DNB\n").encode())
        self.assertEqual(
            form.preview,
            "Row 2: 10.15% from 01/01/2027 is added.\nRow 3: 10.40% from 07/01/2026 is there already.",
        )
        self.assertEqual((form.add_count, form.is_refused), (1, False))
        wizard = form.save()
        self.assertEqual(self.rates(), before)
        message = wizard.action_import()["params"]["message"]
        self.assertRegex(message, "rates added 1, already there 1")
        self.assertEqual(self.rates(), {**before, date(2027, 1, 1): 10.15})

    def test_same_file_again_changes_nothing(self):
        text = HEADER + "2027-01-01,10.15,DNB\n2027-01-01,10.15,DNB again\n"
        self.wizard(text).action_import()
        after = self.rates()
        self.assertRegex(self.wizard(text).action_import()["params"]["message"], "rates added 0, already there 2")
        self.assertEqual(self.rates(), after)

    def test_the_regimes_use_it_at_once(self):
        regime = self.env.ref("cremann_dunning.dunning_regime_nl_business")
        before = regime.interest(1000.0, date(2026, 12, 31), date(2027, 1, 31)).total
        self.wizard(HEADER + "2027-01-01,20.80,DNB\n").action_import()
        self.assertAlmostEqual(regime.interest(1000.0, date(2026, 12, 31), date(2027, 1, 31)).total, 2 * before, 1)

    def test_different_percent_on_a_day(self):
        self.refused_file(HEADER + "2026-07-01,9.99,?\n", r"Row 2 is refused: .*10\.40% already.*9\.99%")
        self.refused_file(HEADER + "2027-01-01,10,?\n2027-01-01,11,?\n", r"Row 3 is refused: .*10\.00% already")

    def test_rows_that_cannot_be_read(self):
        for row, reason in (
            ("2027-02-30,10,?", "is no day"),
            ("31-13-2026,10,?", "is no day"),
            ("1/1/2027,10,?", "is no day"),
            (",10,?", "is no day"),
            ("2027-01-01,,?", "is no percentage"),
            ("2027-01-01", "is no percentage"),
            ("2027-01-01,ten,?", "is no percentage"),
            ("2027-01-01,1e1,?", "is no percentage"),
            ("2027-01-01,NaN,?", "is no percentage"),
            ("2027-01-01,-1,?", "between 0 and 100"),
            ("2027-01-01,-0.01,?", "between 0 and 100"),
            ("2027-01-01,100.01,?", "between 0 and 100"),
            ("2027-01-01,10.405,?", "more than two decimals"),
            ("2027-01-01,10,40,DNB", "more values than columns"),
            ("2027-01-01,10,40", "more values than columns"),
            ("2072-01-01,10,?", "more than a year ahead"),
            ("1969-12-31,10,?", "before 1970"),
            ("0027-01-01,10,?", "before 1970"),
        ):
            with self.subTest(row):
                self.refused_file(HEADER + "2026-07-01,10.40,good\n" + row + "\n", f"Row 3 is refused: .*{reason}")

    def test_edges_of_a_percentage(self):
        for percent in ("0", "100", "100,00"):
            self.wizard(f"valid_from;percent\n15-10-2026;{percent}\n", self.irregular).action_import()
            rate = self.irregular.rate_ids.filtered(lambda rate: rate.valid_from == date(2026, 10, 15))
            self.assertEqual(rate.percent, float(percent.replace(",", ".")))
            rate.unlink()
            self.env.invalidate_all()

    def test_files_that_make_no_sense(self):
        for content, message in (
            ("", "Choose a CSV file first"),
            ("\n \n", "The file is empty"),
            ("\ufeff", "The file is empty"),
            (HEADER, "no row below"),
            ("2027-01-01,10.15,DNB\n", "Row 1 has to name the columns .* valid_from, percent"),
            ("valid_from,rate\n2027-01-01,10\n", "Row 1 .*Not found: percent"),
            (HEADER.encode() + b"2027-01-01,10,caf\xe9\n", "Row 2 is not UTF-8"),
            ("PK\x03\x04\x00\x00", "Row 1"),
            (HEADER + '2027-01-01,10,"open\n2027-07-01,10,?\n', "Row 2 cannot be read"),
            (HEADER + "2027-01-01,10,DNB\n" * 60000, "larger than 1 MB"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.wizard(content).action_import()

    def test_gaps(self):
        self.refused_file(HEADER + "2027-07-01,10,?\n", "Row 2 is refused: it leaves a gap.*01/01/2027")
        self.refused_file(HEADER + "2008-07-01,9,?\n", "Row 2 is refused: it leaves a gap.*01/01/2009")
        with self.at(date(2027, 1, 4)):
            self.wizard(HEADER + "2027-07-01,10,?\n2027-01-01,10,?\n").action_import()
        self.assertIn(date(2027, 7, 1), self.rates())
        self.wizard(HEADER + "2026-10-15,10,?\n", self.irregular).action_import()
        self.assertIn(date(2026, 10, 15), self.rates(self.irregular))

    def test_one_bad_row_stops_all(self):
        self.refused_file(HEADER + "2027-01-01,10.15,DNB\n2027-07-01,-3,DNB\n", "Row 3 is refused")

    def test_only_a_manager(self):
        self.assertEqual(self.table.action_import_rates()["context"], {"default_table_id": self.table.id})
        self.assertFalse(self.table.browse().action_import_rates()["context"]["default_table_id"])
        for user in (self.user, self.biller, self.internal):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.as_user(user)["dunning.rate.import.wizard"].create({"table_id": self.table.id})
        wizard = self.wizard(HEADER + "2027-01-01,10.15,DNB\n")
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.as_user(self.user, wizard).action_import()

    def test_not_a_table_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        table = self.env["dunning.interest.table"].create({"name": "Theirs", "code": "theirs", "company_id": other.id})
        wizard = self.wizard(HEADER + "2027-01-01,10.15,DNB\n")
        wizard.sudo().table_id = table
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.action_import()
        self.assertFalse(table.rate_ids)
