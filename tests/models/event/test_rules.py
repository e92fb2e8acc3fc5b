"""Who changes a rule, a text or a setting leaves what it was and what it is."""

from odoo.tests import tagged

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestRules(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.level = cls.procedure.level_ids[0]
        (cls.nl + cls.be).dunning_mode = "live"
        cls.others = cls.env["res.company"].search([("dunning_mode", "!=", "off")])

    def told(self, kind="rules.changed", company=None):
        domain = [("kind", "=", kind), ("company_id", "=", (company or self.nl).id)]
        return self.env["dunning.event"].search(domain, order="id")

    def told_by(self, act, kind="rules.changed"):
        before = self.told(kind)
        act()
        return self.told(kind) - before

    def test_setting(self):
        [event] = self.told_by(lambda: self.nl.write({"dunning_send_hour": 11, "name": "Kaai Holland B.V."}))
        self.assertFalse(self.told(company=self.be).filtered(lambda other: other.id >= event.id))
        self.assertEqual(
            event.facts["changes"], [{"field": ["res.company", "dunning_send_hour"], "before": 8, "after": 11}]
        )
        self.assertIn("from 8 to 11", event.sentence)

    def test_nothing_changed(self):
        self.assertFalse(self.told_by(lambda: self.nl.write({"dunning_send_hour": self.nl.dunning_send_hour})))
        self.assertFalse(self.told_by(lambda: self.nl.write({"name": "Other"})))

    def test_level_and_its_procedure(self):
        events = self.told_by(
            lambda: self.procedure.write({"level_ids": [(1, self.level.id, {"name": "First letter"})]})
        )
        [change] = events.facts["changes"]
        self.assertEqual((change["field"], change["after"]), (["dunning.level", "name"], "First letter"))
        # it holds for every company that follows up, and stands in the record of each
        latest = self.env["dunning.event"].search(
            [("kind", "=", "rules.changed")], order="id desc", limit=len(self.others)
        )
        same = latest.filtered(lambda event: event.facts == events.facts)
        self.assertEqual(set(same.company_id.ids), set(self.others.ids))

    def test_text_in_each_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        text = self.level.template_id
        [event] = self.told_by(lambda: text.with_context(lang="nl_NL").write({"subject": "Herinnering"}))
        self.assertEqual(event.facts["changes"][0]["after"], "Herinnering")
        [event] = self.told_by(lambda: text.update_field_translations("subject", {"nl_NL": "Tweede herinnering"}))
        self.assertEqual((event.facts["lang"], event.facts["changes"][0]["after"]), ("nl_NL", "Tweede herinnering"))
        self.assertEqual(event.facts["changes"][0]["before"], "Herinnering")

    def test_text_of_somebody_else(self):
        other = self.env["mail.template"].search([("model", "=", "account.move")], limit=1)
        self.assertFalse(self.told_by(lambda: other.write({"subject": "Invoice"})))

    def test_made_and_removed(self):
        made = self.told_by(lambda: self.level.copy({"sequence": 99, "delay_days": 200}), "rules.made")
        self.assertTrue(made and "dunning.level" in made[0].facts["what"]["record"])
        level = self.env["dunning.level"].browse(made[0].facts["what"]["record"][1])
        [gone] = self.told_by(level.unlink, "rules.removed")
        self.assertIn(gone.facts["what"]["name"], gone.sentence)

    def test_rate(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_commercial", raise_if_not_found=False)
        table = table or self.env["dunning.interest.table"].search([], limit=1)
        made = self.told_by(
            lambda: self.env["dunning.interest.rate"].create(
                {"table_id": table.id, "valid_from": "2027-01-01", "percent": 9.9}
            ),
            "rules.made",
        )
        self.assertEqual(len(made), 1)
        rate = self.env["dunning.interest.rate"].browse(made.facts["what"]["record"][1])
        [event] = self.told_by(lambda: rate.write({"percent": 10.15}))
        [change] = event.facts["changes"]
        self.assertEqual((change["before"], change["after"]), ("9.9", "10.15"))

    def test_author_is_who_acts(self):
        self.procedure.company_id = self.nl
        [event] = self.told_by(
            lambda: (
                self.level.with_user(self.manager)
                .with_context(allowed_company_ids=self.nl.ids)
                .write({"name": "First letter"})
            )
        )
        self.assertEqual(event.author_id, self.manager)
