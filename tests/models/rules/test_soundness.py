"""What is wrong with a procedure: all at once, with its article, for a manager of the company."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine.soundness import GRAVITY
from odoo.addons.cremann_dunning.models.letter.dunning_soundness import SENTENCES

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestSoundness(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shipped = cls.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        cls.procedure = shipped.copy({"company_id": cls.nl.id})
        cls.levels = cls.procedure.level_ids.sorted("sequence")
        cls.notice = cls.levels.filtered(lambda level: level.legal_type == "statutory_notice")

    def window(self):
        procedure = self.as_user(self.manager, self.procedure)
        action = procedure.action_look_over()
        return procedure.env[action["res_model"]].browse(action["res_id"])

    def said(self):
        return {(line.level_id, line.gravity): line for line in self.window().line_ids}

    def test_one_sentence_for_each(self):
        self.assertEqual(set(SENTENCES), set(GRAVITY))

    def test_what_ships_may_go_out(self):
        """Nothing of what ships stops a letter; that a notice goes by mail alone is said."""
        for xml_id in ("nl_business", "nl_consumer", "be_business", "be_consumer", "eu"):
            procedure = self.env.ref(f"cremann_dunning.dunning_procedure_{xml_id}")
            rows = self.env["dunning.soundness"]._look(procedure, self.nl)
            self.assertEqual([row["sentence"] for row in rows if row["gravity"] == "stops"], [], xml_id)

    def test_all_at_once_the_gravest_first(self):
        """A notice before any default, a text that names no amount, a step that nobody comes to."""
        self.levels[:2].unlink()
        self.nl.dunning_term_agreed = False
        last = self.levels[-1]
        last.template_id = last.template_id.copy({"body_html": "<p>Pay, please.</p>"})
        self.procedure.stop_count = 1
        window = self.window()
        self.assertFalse(window.is_sound)
        sentences = window.line_ids.mapped("sentence")
        self.assertTrue(any("not in default yet" in sentence for sentence in sentences))
        self.assertTrue(any("The text does not name the amount" in sentence for sentence in sentences), sentences)
        self.assertTrue(any("Nobody comes to it" in sentence for sentence in sentences))
        default = window.line_ids.filtered(lambda line: "not in default" in line.sentence)
        self.assertEqual((default.level_id, default.article), (self.notice, "art. 6:82 BW"))
        order = [("stops", "weak", "odd").index(line.gravity) for line in window.line_ids]
        self.assertEqual(order, sorted(order))
        self.assertEqual(default.action_open()["res_id"], self.notice.id)

    def test_nothing_is_wrong(self):
        self.levels.channel_ids.unlink()
        for level in self.levels:
            level.channel_ids = [Command.create({"channel": "print", "use": "also"})]
        self.nl.dunning_term_agreed = True
        found = [row["sentence"] for row in self.env["dunning.soundness"]._look(self.procedure, self.nl)]
        self.assertEqual([sentence for sentence in found if "It comes on day" not in sentence], [])

    def test_looking_leaves_nothing_behind(self):
        counts = {
            model: self.env[model].search_count([]) for model in ("dunning.letter", "account.move", "res.partner")
        }
        self.window()
        for model, count in counts.items():
            self.assertEqual(self.env[model].search_count([]), count, model)

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.as_user(self.user, self.procedure).action_look_over()

    def test_its_steps_on_an_axis(self):
        html = str(self.as_user(self.user, self.procedure).axis_html)
        for level in self.levels:
            self.assertIn(level.name, html)
        self.assertIn("o_dunning_law", html, "the term of the law is shaded")
        self.levels.unlink()
        self.procedure.invalidate_recordset()
        self.assertFalse(self.procedure.axis_html)
