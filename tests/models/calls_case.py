"""One record of every model of ours for each company, every public method, and what a call could have changed."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tools import SQL

from ..common import TODAY
from .test_access import AccessCase
from .window_mixin import SECRET, WindowMixin

OURS = "cremann_dunning"
READERS = ("dunning_fresh_mixin", "dunning_described_mixin")


# The law and what it is made of, of which the Dutch company gets some of its own.
LAW_OF_ONES_OWN = ("dunning.procedure", "dunning.regime", "dunning.cost.scale", "dunning.interest.table")


class CallsCase(WindowMixin, AccessCase):
    refusal = (AccessError, UserError)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls.debtor_with_login()
        letter = cls.own["dunning.letter"]
        cls.other_move = cls.invoice(cls.debtor("Second"), 100, due=10)
        cls.draft = cls.run_for(partners=cls.other_move.commercial_partner_id).letter_ids
        cls.send_outbox(cls.confirm(cls.run_nl))
        cls.sent = cls.letter = letter
        cls.taken_back = cls._taken_back()
        cls._rest()
        cls._law()
        cls._lately()
        cls._for_windows()
        cls.receipt(None, 1, partner_name="Elsewhere")
        cls.env["dunning.receipt.look"]._bring(cls.nl)
        cls.env.flush_all()

    @classmethod
    def _taken_back(cls):
        """A letter that was sent and taken back: the debtor may still read it."""
        letter = cls.sent.copy()
        letter.flush_recordset()
        cls.env.cr.execute(
            "UPDATE dunning_letter SET state = 'cancelled', sent_on = %s, cancel_reason = 'In error' WHERE id = %s",
            [TODAY, letter.id],
        )
        letter.invalidate_recordset()
        return letter

    @classmethod
    def _rest(cls):
        env = cls.env
        case = cls.own["dunning.case"][:1]
        env["dunning.opening"].create(
            {"letter_id": cls.sent.id, "opened_at": "2026-03-02 08:00:00", "hour": "2026-03-02 08:00:00"}
        )
        group = {"name": f"Of {SECRET}", "company_id": cls.nl.id, "head_id": cls.sent.partner_id.id}
        env["dunning.customer.group"].create(group)
        cls._charges_of(cls.sent)
        env["dunning.override"].create({"letter_id": cls.sent.id, "code": "X", "sentence": "?", "reason": "because"})
        env["dunning.reply"].create({"case_id": case.id, "letter_id": cls.sent.id, "received_on": TODAY})
        env["dunning.throttle"]._count("check", "a page", "192.0.2.1")
        answers = {"amount": ("right", False, SECRET)}
        move = cls.as_user(cls.user, cls.sent.line_ids.move_id[:1])
        move.env["dunning.check"]._answer({move: answers})

        apart = {"company_id": cls.nl.id, "partner_id": cls.debtor("With care").id}
        env["dunning.care"].create({**apart, "reason": "money"})
        env["dunning.advice"].create({**apart, "kind": "deposit", "advised_on": TODAY})
        env["dunning.help.text"].search([], limit=1).copy({"company_id": cls.nl.id})
        promise = env["dunning.promise"].search([("case_id", "=", cls.own["dunning.promise"].case_id[:1].id)], limit=1)
        env["dunning.agreement.receipt"]._make(promise)._confirm_by_firm()
        act = {"case_id": case.id, "kind": "question", "token": SECRET, "done_on": TODAY, "answer": SECRET}
        env["dunning.page.act"].create(act)
        env["dunning.plan.limit"].create({"company_id": cls.nl.id, "debtor_kind": "business", "amount_max": 1})
        cls.ended_claims()
        file = {"name": "?", "company_id": cls.nl.id, "case_id": case.id, "purpose": "collection"}
        env["dunning.handover.file"].create(file)
        issuer = {"name": f"Agency {SECRET}", "company_id": cls.nl.id, "partner_id": cls.debtor("Agency").id}
        registration = {"country_id": env.ref("base.nl").id, "number": "1"}
        env["dunning.issuer"].create(issuer | {"registration_ids": [Command.create(registration)]})
        cls.recorded()
        cls.as_user(cls.user)["dunning.digest"].create({"company_id": cls.nl.id})  # nobody reads that of another
        env["dunning.level.channel"].create(
            {"level_id": cls.sent.level_id.id, "channel": "registered", "use": "fallback"}
        )

    @classmethod
    def _law(cls):
        """Procedures, rules and rates of the company itself."""
        for model in LAW_OF_ONES_OWN:
            cls.env[model].search([("company_id", "=", False)], limit=1).copy(
                {"name": f"Of {SECRET}", "company_id": cls.nl.id}
            )
        cls.env["dunning.word.list"].search([], limit=1).copy({"company_id": cls.nl.id})
        cls.env["dunning.cause.route"].search([], limit=1).copy({"company_id": cls.nl.id})
        for model in ("dunning.dispute.term", "dunning.desk.term", "dunning.answer.text"):
            cls.env[model].search([], limit=1).copy({"company_id": cls.nl.id})
        cls.table = cls.env["dunning.interest.table"].search([("company_id", "=", cls.nl.id)])

    @classmethod
    def _lately(cls):
        """A letter that was left out, and a run that may take over the drafts of another one."""
        partners = cls.debtor("Left") + cls.debtor("Elsewhere")
        cls.invoices(partners, 100, due=10)
        cls.left_out = cls.run_for(partners=partners[0]).letter_ids.with_env(cls.env)
        cls.as_user(cls.manager, cls.left_out)._leave_out("we talked", {"date_until": False})
        cls.run_for(partners=partners[1])
        cls.taking = cls.run_for(partners=partners[1])

    @classmethod
    def _for_windows(cls):
        """What windows are about, beside what is there already."""
        cls.case, cls.attempt, cls.the_run = cls.sent.case_id, cls.sent.dispatch_ids[:1], cls.taking
        cls.simulated = cls.debtor("Ahead")
        partner = cls.debtor("Papier")
        cls.invoice(partner, 100, due=10)
        cls.env["dunning.level"].search([]).channel = "print"
        cls.paper = cls.confirm(cls.run_for(partners=partner)).with_env(cls.env)

    # -- the walk -------------------------------------------------------------------------------------------------

    def setUp(self):
        super().setUp()
        self.opened = self.windows()  # by the manager
        # whoever looks puts very much away for everybody, and may: here only little waits for him
        self.env["dunning.figures"]._put_away()
        note = "INSERT INTO dunning_touch (company_id, partner_id) VALUES (%s, %s)"
        self.cr.execute(note, (self.nl.id, self.partner.id))
        self.env.cr.flush()  # what is told of the records above before a commit is no change by a call

    @property
    def ahead(self):
        return self.simulated

    def methods(self):
        """Every public method that a class of ours defines: model and name."""
        for model, registered in sorted(self.registry.items()):
            for name in sorted(dir(registered)):
                if name.startswith("_") or name == "default_get" or not callable(getattr(registered, name, None)):
                    continue
                makers = [base.__module__ for base in registered.__mro__ if name in base.__dict__]
                # those that the mixins hook are Odoo's own readers, with the rights of the reader
                if not any(OURS in maker and not maker.endswith(READERS) for maker in makers):
                    continue
                try:
                    get_public_method(self.env[model], name)
                except (AccessError, AttributeError):
                    continue
                yield model, name

    def of_company(self, model):
        """Records of the Dutch company to call on."""
        if model == "dunning.letter":
            return [self.draft, self.sent, self.taken_back, self.left_out]
        if model == "account.move":
            return [self.move]
        if model == "dunning.run":
            return [self.run_nl, self.taking]
        if model in self.opened:
            return [self.opened[model]]
        if model in ("res.partner", "res.company", "res.users"):
            return [{"res.partner": self.partner, "res.company": self.nl, "res.users": self.user}[model]]
        if not model.startswith("dunning.") or self.env[model]._abstract:
            return [self.env[model]]
        records = self.env[model].with_context(active_test=False)
        domain = [("company_id", "=", self.nl.id)] if "company_id" in records._fields else []  # shared law is shared
        return [found] if (found := records.search(domain, limit=1)) else []

    def watched(self):
        """Every table in which a call could change something: ``{model: registered class}``."""
        return {
            model: registered
            for model, registered in sorted(self.registry.items())
            if (model.startswith("dunning.") or model in ("account.move", "mail.mail", "mail.message", "res.users"))
            and not (registered._abstract or registered._transient)
            and registered._auto
        }

    def touched(self):
        """How many rows of these tables this transaction wrote so far, as PostgreSQL counts them: where it stays the
        same nothing was changed, and nobody has to read all of them."""
        tables = [registered._table for registered in self.watched().values()]
        return self.env.execute_query(
            SQL(
                """
                SELECT SUM(pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
                           + pg_stat_get_xact_tuples_deleted(c.oid))
                  FROM pg_class c WHERE relname = ANY(%s) AND relkind = 'r'
                """,
                tables,
            )
        )

    def state(self):
        """A digest of everything of the Dutch company that a call could have changed: ``{model: (rows, hash)}``.

        By model: the tables of one statement may be read side by side, and come in whatever order they are ready.
        """
        self.env.flush_all()
        parts = []
        for model, registered in self.watched().items():
            own = "company_id" in registered._fields and model != "res.users"
            where = SQL("company_id = %s OR company_id IS NULL", self.nl.id) if own else SQL("TRUE")
            parts.append(
                SQL(
                    "SELECT %s AS t, count(*) AS n, sum(hashtext(t::text)::bigint) AS h FROM %s t WHERE %s",
                    model,
                    SQL.identifier(registered._table),
                    where,
                )
            )
        return {model: digest for model, *digest in self.env.execute_query(SQL(" UNION ALL ").join(parts))}

    def changed(self):
        """Models of which something is not as it was."""
        return [model for model, digest in self.state().items() if digest != self.before[model]]
