from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_list

from ...engine import rules
from ...engine.soundness import STOPS, WEAK, Examined, LawOfDebtors, unsound
from .. import dunning_counted as counted
from ..rules.regime_map import RegimeError

_lt = LazyTranslate(__name__)

# One sentence per code of engine/soundness.py. A test holds the two lists equal.
SENTENCES = {
    "NO_LEVEL": _lt("It has no levels, so nothing happens. Add the first step."),
    "NO_TEXT": _lt("It has no text, so no letter goes out. Choose one."),
    "NO_FREE_TERM": _lt("The law of these debtors knows no statutory notice. Choose another type."),
    "NO_DEFAULT": _lt(
        "Whoever gets it is not in default yet. Put a reminder with days to pay before it, or tick Agreed payment term "
        "in the settings where due dates are agreed."
    ),
    "COSTS_NEVER": _lt("It charges costs, and the law and your clauses allow none here: it goes without them."),
    "INTEREST_NEVER": _lt("It charges interest, and the law and your clauses allow none here: it goes without it."),
    "NO_NOTICE": _lt("It has no statutory notice: without one, costs can never be asked of these debtors."),
    "NO_DEMAND": _lt("The file leaves without a demand before it. Put a notice of default above it."),
    "NO_PAPER": _lt("It goes by e-mail alone. Whoever denies that he got it is hard to prove wrong: add paper to it."),
    "NEVER_REACHED": _lt("Nobody comes to it: the procedure stops before."),
    "LATER": _lt("It comes on day %(day)s and not on day %(own)s: a term, or the days between letters, is kept first."),
    "HEAVY_FIRST": _lt("It is the first that a debtor hears, and it is heavy. Begin with a reminder."),
    "UNSENT": _lt("Invoices that were never sent are followed up as well."),
}


class DunningSoundness(models.AbstractModel):
    """Looks a procedure over: its steps against the law and its own logic, its texts through the gate."""

    _name = "dunning.soundness"
    _description = "What Is Wrong with a Procedure"

    @api.model
    def _look(self, procedure, company):
        """All that is wrong with a procedure, for the debtors that follow it in a company.

        :return: list of dicts with ``level`` (a record, empty for the procedure itself), ``gravity``, ``sentence`` and
            ``article``, the gravest first; nothing twice.
        """
        procedure, rows = procedure.with_company(company), {}
        for kind in self._kinds(procedure):
            for row in self._of_steps(procedure, company, kind):
                rows.setdefault((row["level"], row["sentence"]), row)
        # of a level whose place in the ladder stops it no letter can be made: its text is looked at after that
        stopped = procedure.level_ids.browse().union(
            *(row["level"] for row in rows.values() if row["gravity"] == STOPS)
        )
        for row in self._of_texts(procedure.level_ids.filtered("active") - stopped, company):
            rows.setdefault((row["level"], row["sentence"]), row)
        order = {STOPS: 0, WEAK: 1}
        return sorted(rows.values(), key=lambda row: (order.get(row["gravity"], 2), row["level"].sequence))

    @api.model
    def _kinds(self, procedure):
        return ("business", "consumer") if procedure.debtor_kind == "any" else (procedure.debtor_kind,)

    # -- the steps ----------------------------------------------------------------------------------------------------

    @api.model
    def _of_steps(self, procedure, company, kind):
        levels = procedure.level_ids.filtered("active")
        try:
            law = self._law(procedure, company, kind)
        except RegimeError as error:
            return [self._row(levels.browse(), STOPS, str(error))]
        examined = Examined(
            procedure=procedure._engine_procedure(company),
            law=law,
            stops=self.env["dunning.preset"]._axis(company, procedure, kind),
            paper=frozenset(levels.filtered(lambda level: level._has_paper_beside()).ids),
            gives_term=frozenset(levels.filtered("payment_term_days").ids),
        )
        return [
            self._row(levels.browse(one.level.id if one.level else ()), one.gravity, self._sentence(one), one.article)
            for one in unsound(examined)
        ]

    @api.model
    def _row(self, level, gravity, sentence, article=""):
        return {"level": level, "gravity": gravity, "sentence": sentence, "article": article}

    @api.model
    def _sentence(self, one):
        facts = dict(one.facts)
        words = self.env._(SENTENCES[one.code])
        sentence = words % facts
        if one.code != "NEVER_REACHED":
            return sentence
        end = self.env._("It ends after letter %s.", facts.get("letters"))
        if "days" in facts:
            end = self.env._("It ends after %s.", counted.days(self.env, facts["days"]))
        return f"{sentence} {end}"

    @api.model
    def _law(self, procedure, company, kind):
        """What holds for debtors of one kind that follow a procedure. :raises RegimeError: no regime does."""
        country = procedure.country_id or company.country_id
        regime = self.env["dunning.regime"].with_company(company)
        regime = regime.for_debtor(country.code, kind, company._dunning_today())
        return LawOfDebtors(
            article=regime.article or "",
            free_term=regime.free_term_rule != "none",
            costs_after_notice=regime.costs_need_statutory_notice,
            notice_after_default=regime.notice_needs_default,
            term_agreed=company.dunning_term_agreed,
            costs=regime.costs_basis != "none"
            and not (regime.costs_need_clause and not company.dunning_consumer_clause),
            interest=bool(regime.interest_table_id)
            and not (regime.interest_needs_clause and not regime._agreed_rate(company)),
        )

    # -- the texts ----------------------------------------------------------------------------------------------------

    @api.model
    def _of_texts(self, levels, company):
        """What the gate says of a letter of each level, in each language and tone; the same in several said once."""
        names, found = dict(self.env["res.lang"].get_installed()), {}
        for level in levels.filtered(lambda level: level.legal_type != rules.CALL):
            if not level.template_id:
                continue
            tones = ("formal", "informal") if level.template_informal_id else ("formal",)
            for lang, name in names.items():
                for tone in tones:
                    for sentence, article in self._of_text(level, company, lang, tone):
                        langs = found.setdefault((level, sentence), (article, []))[1]
                        if name not in langs:
                            langs.append(name)
        return [
            self._row(level, STOPS, f"{format_list(self.env, langs)}: {sentence}", article)
            for (level, sentence), (article, langs) in found.items()
        ]

    @api.model
    def _of_text(self, level, company, lang, tone):
        """What stops an example letter of a level: ``[(sentence, article)]``."""
        try:
            with self.env["dunning.example"]._letter(level, company, lang, tone) as (letter, _made_up):
                content = self.env["dunning.letter.light"]._content(letter)
        except UserError as error:
            return [(self.env["dunning.delivery"]._plain_reason(str(error)), "")]
        if content["problem"]:
            return [(content["problem"], "")]
        lacks = self.env._("The text lacks: %s.")
        holds = self.env._("The text may not say: %s.")
        said = [(row["text"], row["article"]) for row in content["findings"] if row["red"] and not row["let_go"]]
        said += [
            ((lacks if row["lacks"] else holds) % row["name"], row["article"])
            for row in content["elements"]
            if not row["good"]
        ]
        return said
