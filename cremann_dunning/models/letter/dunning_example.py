from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...engine import rules
from ...engine.facts import Claim, Debtor, Notice
from ...engine.outcome import Decision, LetterPlan
from ...engine.recipient import choose
from ..rules.dunning_level import DATED_TYPES, WRITTEN_TYPES
from ..rules.regime_map import RegimeError

# What the made-up debtor owes.
OWED = Decimal("1210.00")
# What a law leaves a debtor at most, and what weekends, holidays and the post add to a term, in days.
FREE_TERM, SPARE = 16, 10
# How many debtors are asked about before one is made up.
MOST = 20


class DunningExample(models.AbstractModel):
    """A letter of one level to look at: of a debtor whose turn it is, or of one that is made up.

    Whatever it takes is really written, so that the letter comes about as every other does, and then undone.
    """

    _name = "dunning.example"
    _description = "A letter of a level to look at"

    @api.model
    @contextmanager
    def _letter(self, level, company, lang=None, tone=None):
        """A draft of this level, and whether its debtor is made up; gone when the block ends, with all caches.

        :param lang: language of the letter, and ``tone`` how it says you; those of the debtor when empty.
        :raises UserError: no such letter can be made.
        """
        # what is written to be undone is nobody's news
        quiet = self.with_context(tracking_disable=True, mail_create_nosubscribe=True, mail_notrack=True)
        savepoint = self.env.cr.savepoint()
        try:
            letter = quiet._draft(level, company, lang, tone) or quiet._due(level, company)
            made_up = not letter
            letter = letter or quiet._made_up(level, company, lang)
            wanted = {"lang": lang or letter.lang, "tone": tone or letter.tone}
            if any(letter[name] != value for name, value in wanted.items()):
                letter.sudo().write(wanted)  # sudo: letters are the system's to write, and this goes
            yield letter.with_env(self.env), made_up
        except RegimeError as error:
            raise UserError(str(error)) from error
        finally:
            savepoint.close(rollback=True)

    @api.model
    def _beside(self, level, tone, words=None):
        """A letter of this level with words that are not saved, as what stands beside them while they are typed.

        They are written and undone, by whoever typed them: what he may not write is not shown either.

        :param level: in the language of the letter. :param words: subject and body; none: those of the text.
        :return: see ``dunning.level.read_text_beside``.
        """
        found = {"about": False, "subject": False, "body": False, "light": False, "findings": [], "problem": False}
        savepoint, lang, company = self.env.cr.savepoint(), level.env.lang, self.env.company
        try:
            text = level._text_for(tone)
            if words and text and (changed := level._differs(text, *words)):
                text.with_context(tracking_disable=True).write(changed)
            with self._letter(level.with_env(self.env), company, lang, tone) as (letter, made_up):
                light = self.env["dunning.letter.light"]._content(letter)
                if light["problem"]:
                    return found | {"problem": self.env["dunning.delivery"]._plain_reason(str(light["problem"]))}
                return found | {
                    "about": self._about(letter, made_up),
                    "subject": letter.shown_subject,
                    "body": str(letter.shown_body),
                    "light": light["light"],
                    "findings": self._findings(light),
                }
        except UserError as error:  # words that no letter may say, a level that no law knows
            return found | {"problem": self.env["dunning.delivery"]._plain_reason(str(error))}
        finally:
            savepoint.close(rollback=True)

    @api.model
    def _about(self, letter, made_up):
        """Whose letter it is, in a sentence."""
        if made_up:
            return self.env._("An example: nobody has come to this step today.")
        return self.env._("%s has come to this step.", letter.partner_id.display_name)

    @api.model
    def _findings(self, light):
        """What the checks say of the words alone: elements of the law that lack, and how the text reads."""
        lacks = [
            {"red": True, "text": f"{row['name']} ({row['article']})" if row["article"] else row["name"]}
            for row in light["elements"]
            if not row["good"]
        ]
        return lacks + [{"red": row["red"] and not row["let_go"], "text": row["text"]} for row in light["findings"]]

    @api.model
    def _draft(self, level, company, lang, tone):
        """A letter of this level that waits to go out, if there is one: in that language and tone, if there is one."""
        waiting = [("level_id", "=", level.id), ("company_id", "=", company.id), ("state", "=", "draft")]
        drafts = self.env["dunning.letter"].search([*waiting, ("date", "<=", company._dunning_today())], limit=200)
        return drafts.sorted(lambda draft: (draft.lang != lang, draft.tone != tone))[:1]

    @api.model
    def _due(self, level, company):
        """The letter of this level that a debtor would get if a run were made now, if there is such a debtor."""
        turn = [("company_id", "=", company.id), ("level_id", "=", level.id), ("is_current", "=", True)]
        decisions = self.env["dunning.decision"].search(
            [*turn, ("code", "in", ("LETTER", "NOTICE"))], limit=MOST, order="date, id"
        )
        engine, today = self.env["dunning.engine"], company._dunning_today()
        # sudo: the engine gathers what a user of dunning need not be able to open, such as bank receipts
        debtors = self.env["dunning.gather"].sudo().facts(company, today, decisions.partner_id.ids)
        procedures, house = engine._rules(company, debtors)
        for debtor in debtors:
            for plan in engine._decide(debtor, procedures, today, house=house).letters:
                if plan.level.id == level.id:
                    return self.env["dunning.draft"]._make_by_hand(company, plan, debtor)
        return self.env["dunning.letter"]

    # -- made up ------------------------------------------------------------------------------------------------------

    @api.model
    def _made_up(self, level, company, lang):
        """A letter of this level to a debtor that does not exist, who had the letters before it."""
        if level.legal_type not in WRITTEN_TYPES:
            raise UserError(self.env._("No letter goes out at this step."))
        days = self._days(level)
        item = self._item(level, company, lang, days[level])
        debtor = self._debtor(level, company, item, days)
        house, procedure = company._dunning_house(), level.procedure_id.sudo()._engine_procedure(company)
        own, claim = level._engine_level(), debtor.claims[0]
        code = "NOTICE" if level.legal_type == rules.PRE_DUE else "LETTER"
        decision = Decision(claim, code, {}, level=own, open=claim.residual)
        recipient = choose(debtor, own, house, [claim])
        channel = recipient.channel if recipient else own.channel
        plan = LetterPlan(debtor.partner_id, claim.currency, procedure, own, channel, (decision,), recipient)
        letter = self.env["dunning.draft"]._make_by_hand(company, plan, debtor)
        self._send_before(letter, days)
        return letter

    @api.model
    def _days(self, level):
        """The letters of its procedure up to this level, each with the days after the due date on which it went."""
        steps = level.procedure_id.level_ids.filtered(
            lambda step: step == level or (step.active and step.sequence < level.sequence)
        )
        days, at = {}, 0
        for step in steps.sorted("sequence"):
            if step.legal_type == rules.PRE_DUE:
                days[step] = -step.delay_days
                continue
            at = max(step.delay_days + (at if step.delay_from == "previous" else 0), at, 1)
            days[step] = at
            # the next one goes when the term of this one is over, whatever adds days to it
            at += max(step.payment_term_days, FREE_TERM) + SPARE if step.legal_type in WRITTEN_TYPES else 0
        return days

    @api.model
    def _item(self, level, company, lang, days):
        """The open item of an invoice to somebody made up. It is never posted: nothing that posts is set in motion."""
        kind, country = level.procedure_id.debtor_kind, level.procedure_id.country_id or company.country_id
        today, lang = company._dunning_today(), lang or company.partner_id.lang or self.env.lang
        told = self.with_context(lang=lang).env  # what the letter says is in its own language
        # sudo: whoever sets up levels need not be a bookkeeper, and nothing of it stays
        partner = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": told._("Example debtor"),
                    "is_company": kind not in ("consumer",),
                    "dunning_kind_set": "business" if kind == "any" else kind,
                    "street": told._("Example street 1"),
                    "zip": "1234 AB" if country.code == "NL" else "1000",
                    "city": told._("Example"),
                    "country_id": country.id,
                    "email": "debtor@example.com",
                    "lang": lang,
                }
            )
        )
        move = (
            self.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                    "invoice_date": today - timedelta(days=days + 30),
                    "invoice_date_due": today - timedelta(days=days),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": told._("Example of an invoice"), "price_unit": float(OWED), "tax_ids": []}
                        )
                    ],
                }
            )
        )
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @api.model
    def _debtor(self, level, company, item, days):
        """The facts of whoever is made up: what he owes, and that he had the letters before this one."""
        partner, today = item.partner_id, company._dunning_today()
        before = {step: at for step, at in days.items() if step != level and step.legal_type != rules.PRE_DUE}
        due = today - timedelta(days=days[level])
        sent = {step: due + timedelta(days=at) for step, at in before.items()}
        notice = [on for step, on in sent.items() if step.legal_type == rules.STATUTORY_NOTICE]
        ends = [
            on + timedelta(days=step.payment_term_days + 1)
            for step, on in sent.items()
            if step.legal_type in DATED_TYPES
        ]
        claim = Claim(
            line_id=item.id,
            move_id=item.move_id.id,
            number=self.with_context(lang=partner.lang).env._("EXAMPLE-1"),
            currency=company.currency_id.name,
            residual=OWED,
            residual_company=OWED,
            due_date=due,
            procedure=level.procedure_id.id,
            kind=partner.dunning_debtor_kind,
            levels_done=frozenset(step.id for step in before),
            level_sent_on=max(sent.values(), default=None),
            # its free term is over
            notice=Notice(0, notice[0], today, announced=OWED) if notice else None,
            default_from=min(ends, default=None),
            sent_on=due - timedelta(days=30),
            dated=due - timedelta(days=30),
        )
        extra = {"lang": partner.lang, "country_id": partner.country_id.id, "escalation": None, "langs": None}
        return Debtor(partner.id, partner.name, (claim,), extra=extra)

    @api.model
    def _send_before(self, letter, days):
        """The letters before this one, as sent: a text may name the days on which they went."""
        letter = letter.sudo()  # sudo: letters are the system's to write, and these go
        due = letter.line_ids[:1].date_due
        for step, at in days.items():
            if step == letter.level_id or step.legal_type not in WRITTEN_TYPES - {rules.PRE_DUE}:
                continue
            on = due + timedelta(days=at)
            earlier = letter.copy(
                {
                    "level_id": step.id,
                    "legal_type": step.legal_type,
                    "date": on,
                    "line_ids": [Command.create(line.copy_data({"level_id": step.id})[0]) for line in letter.line_ids],
                }
            )
            earlier.write({"state": "sent", "sent_on": on, **self._term_of(step, letter, on)})

    @api.model
    def _term_of(self, step, letter, on):
        """What a letter before the made-up one gave and announced, as values of its fields."""
        given = {"amount_costs": 0, "amount_costs_announced": 0, "deadline": False}
        if step.legal_type == rules.STATUTORY_NOTICE:
            last = on + timedelta(days=FREE_TERM)
            given["amount_costs_announced"] = letter.amount_costs or letter.amount_costs_announced
            given |= {"term_first_day": on + timedelta(days=1), "term_last_day": last}
            return given | {"claimable_from": last + timedelta(days=1)}
        until = on + timedelta(days=step.payment_term_days)
        return given | {"deadline": until, "default_from": until + timedelta(days=1)}
