"""One scenario per reason code, both sides of its boundary, decided by three kinds of people in two companies at once.

A scenario says in ``points`` what lies just before, on and after its boundary. Its builder makes one of them for one
debtor in one company. Every debtor gets one point in the Dutch company and a point with another answer in the Belgian
one, so that what a company knows would show at once in the answers of the other.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from odoo import Command

from odoo.addons.cremann_dunning.engine.reasons import REASONS

from ...common import TODAY, DunningCase, day

SCENARIOS = {}


@dataclass(frozen=True)
class Point:
    """``at`` goes to the builder; ``code`` is the answer to a person, ``job`` that of the daily job (None: none).

    ``on``: days from today of the next step, ``words``: what the sentence must name; both for the code of the scenario.
    """

    at: object
    code: str | None
    on: int | None = None
    words: tuple = ()
    job: str | None = "same"

    def answer(self, who):
        """The code that somebody gets."""
        return self.job if who == "job" and self.job != "same" else self.code


@dataclass(frozen=True)
class Scenario:
    """``build(case, company, partner, at)`` gives the invoice, or the invoice and more words that its sentence names.

    ``alone``: a point is a setting of the company, so the points are tried one after another. ``apart``: it is about
    the debtor himself, so each company has its own. ``debtor``: values of the debtors.
    """

    code: str
    build: object
    points: tuple
    alone: bool = False
    apart: bool = False
    debtor: dict | None = None

    def opposite(self, index):
        """Another point, with another answer."""
        answers = [(point.code, point.job) for point in self.points]
        return next(i for i in reversed(range(len(answers))) if answers[i] != answers[index])


def scenario(code, *points, **options):
    """Register the builder below as the scenario of a code."""

    def register(build):
        assert code not in SCENARIOS, code
        assert code in {point.answer(who) for point in points for who in ("person", "job")}, code
        SCENARIOS[code] = Scenario(code, build, points, **options)
        return build

    return register


def us(days):
    """The day so many days ago as an English reader sees it."""
    return day(days).strftime("%m/%d/%Y")


def with_scenarios_of(module):
    """Gives a class one test per scenario that a module holds."""

    def add(cls):
        for code, found in SCENARIOS.items():
            if found.build.__module__ == module:
                setattr(cls, f"test_{code.lower()}", lambda self, code=code: self.check(code))
        return cls

    return add


class ReasonCase(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.companies = cls.nl, cls.be
        cls.be_manager.company_ids = cls.be
        cls.people = {
            "bookkeeper": dict.fromkeys(cls.companies, cls.group_user),
            "manager": {cls.nl: cls.manager, cls.be: cls.be_manager},
            "job": dict.fromkeys(cls.companies, cls.env.ref("cremann_dunning.dunning_cron_run").user_id),
        }
        cls.text = cls.env.ref("cremann_dunning.mail_template_reminder")
        (cls.nl + cls.be).dunning_automatic = True
        (cls.nl + cls.be).dunning_send_hour = 0

    # -- what builders use ----------------------------------------------------------------------------------------

    def procedure(self, *levels, **values):
        """A procedure that debtors follow who name it; levels are reminders a day after the due date but for these."""
        steps = [
            {
                "name": f"Step {number}",
                "sequence": number,
                "legal_type": "reminder",
                "delay_days": 1,
                "delay_from": "due_date" if number == 1 else "previous",
                "automatic": True,
                "template_id": self.text.id,
                **level,
            }
            for number, level in enumerate(levels, 1)
        ]
        return self.env["dunning.procedure"].create(
            {
                "name": "Own",
                "debtor_kind": "business",
                "automatic_choice": False,
                "level_ids": [Command.create(step) for step in steps],
                **values,
            }
        )

    def follow(self, company, partner, *levels, **values):
        """Let a debtor follow a procedure of his own in one company."""
        procedure = self.procedure(*levels, **values)
        partner.with_company(company).dunning_procedure_id = procedure
        return procedure

    def late(self, company, partner, due=1, amount=100.0, **options):
        """A posted invoice that was due so many days ago."""
        return self.invoice(partner, amount, due=due, company=company, **options)

    def treat_with_care(self, company, partner):
        """Somebody noted that this debtor is to be treated with care in this company."""
        vals = {"partner_id": partner.id, "company_id": company.id, "reason": "money"}
        self.env["dunning.care"].create(vals)

    def sent(self, company, partner, days):
        """Everything that was due to this debtor so many days ago went out on that day."""
        self.back_in_time()
        with self.at(-days) as today:
            letters = self.send_level(company, partner, today)
        self.assertEqual(set(letters.mapped("state")), {"sent"})
        return letters.with_env(self.env)

    def note(self, model, company, partner, move, made=0, **values):
        """What the bookkeeper of the company notes about an invoice."""
        case = self.env["dunning.case"]._for_partners(partner, company, create=True)
        with self.at(-made):
            return (
                self.as_user(self.user if company == self.nl else self.be_user)[model]
                .with_company(company)
                .create({"case_id": case.id, "move_ids": [Command.set(move.ids)], **values})
            )

    # -- the check ------------------------------------------------------------------------------------------------

    @contextmanager
    def undone(self):
        """Whatever happens in the block is taken back."""
        savepoint = self.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def check(self, code):
        """Both sides of the boundary, in both companies, by everybody."""
        found = SCENARIOS[code]
        rounds = [[index] for index in range(len(found.points))] if found.alone else [range(len(found.points))]
        for indices in rounds:
            with self.undone():
                built = self.build(found, indices)
                for who in self.people:
                    with self.subTest(who=who, at=[found.points[i].at for i in indices]), self.undone():
                        self.assertDecided(who, code, built)
            self.env.registry.clear_cache()  # what regimes and tables of this round left in memory

    def build(self, found, indices):
        """Per company the debtors with their points: ``(partner, invoice, point, words)``."""
        built = {company: [] for company in self.companies}
        for index in indices:
            pair = dict(zip(self.companies, (index, found.opposite(index)), strict=True))
            shared = None if found.apart else self.make_debtor(found, f"Debtor {index}")
            for company, number in pair.items():
                point = found.points[number]
                partner = shared or self.make_debtor(found, f"{company.name} {index}")
                made = found.build(self, company, partner, point.at)
                move, words = made if isinstance(made, tuple) else (made, ())
                built[company].append((partner, move, point, (*point.words, *words)))
        self.env.flush_all()
        return built

    def make_debtor(self, found, name):
        values = dict(found.debtor or {})
        if country := values.pop("country", None):
            values["country_id"] = self.env.ref(f"base.{country}").id
        return self.debtor(name, **values)

    def decide(self, who, built):
        """Runs of both companies, made by this kind of person; per company its run."""
        if who == "job":
            before = self.env["dunning.run"].search([])
            user = self.people[who][self.nl]
            self.env["dunning.run"].with_user(user).with_context(allowed_company_ids=user.company_id.ids)._cron_run()
            return (self.env["dunning.run"].search([]) - before).grouped("company_id")
        return {
            company: self.run_for(
                company,
                user=self.people[who][company],
                partners=self.env["res.partner"].union(*(row[0] for row in rows)),
            )
            for company, rows in built.items()
        }

    def assertDecided(self, who, code, built):
        runs = self.decide(who, built)
        for company, rows in built.items():
            run = runs[company].with_env(self.env)
            self.assertEqual(run.decision_ids.company_id, company if run.decision_ids else self.env["res.company"])
            self.assertLessEqual(run.letter_ids.company_id, company)
            reader = self.people[who][company]
            for _partner, move, point, words in rows:
                with self.subTest(company=company.name, at=point.at):
                    self.assertPoint(self.as_user(reader, move), run, point, code, point.answer(who), words)

    def assertPoint(self, move, run, point, code, expected, words):
        decision = move.dunning_decision_id
        self.assertEqual(decision.code or None, expected, decision.explanation)
        if not expected:
            return
        self.assertEqual(decision.company_id, move.company_id)
        self.assertEqual(decision.outcome, REASONS[expected].outcome)
        self.assertIn(decision.id, run.decision_ids.ids)
        in_force = [("move_id", "=", move.id), ("is_current", "=", True)]
        self.assertEqual(self.env["dunning.decision"].search_count(in_force), 1)
        if expected == code:
            self.assertEqual(decision.next_date, point.on is not None and TODAY + timedelta(days=point.on))
            sentence = decision.with_context(lang="en_US").explanation
            for word in words:
                self.assertIn(word, sentence.replace("\N{NO-BREAK SPACE}", " "))
            self.assertNotRegex(sentence, r"…|%\(|None|False")
