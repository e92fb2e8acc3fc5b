"""What debtors said in the last weeks: two disputes, three promises, a payment plan and some calls; and who belongs to
whom."""

from datetime import timedelta

from odoo import Command, fields

# Day, firm, debtor, and what happened with the oldest open invoice of it; days count from today. `part` is the part of
# what is open that it is about, `pays` the day the debtor named.
STORY = (
    (-10, "nl", "Restaurant Het Veerhuis V.O.F.", "promise", {"pays": -5, "note": "Betaalt na het weekend"}),
    (-10, "nl", "Vereniging van Eigenaars Maliesingel", "plan", {"count": 4, "first": 20}),
    (-10, "be", "Brasserie Het Pand BV", "dispute", {"reason": "quality", "part": 0.25, "text": "Blad is gebarsten"}),
    (-3, "nl", "Kapsalon Knip & Kleur V.O.F.", "dispute", {"reason": "not_ordered", "text": "Nooit besteld"}),
    (-3, "nl", "Stichting Buurthuis De Haard", "call", {"outcome": "promised", "text": "Wacht op subsidie"}),
    (-3, "nl", "Stichting Buurthuis De Haard", "promise", {"pays": 4, "note": "Zodra de subsidie er is"}),
    (-3, "be", "Studiebureau Vandenbossche BV", "promise", {"pays": 6, "note": "Betaalrun van volgende week"}),
    (-3, "nl", "Metaalbewerking Hofstee B.V.", "call", {"outcome": "not_reached", "text": "Receptie belt terug"}),
)  # fmt: skip

# Day, firm, name, its head office, and who belongs to it. Reminders about the others go to head office as well.
GROUPS = (
    (-3, "nl", "Horecagroep Singelhof", "Hotel De Singelhof B.V.", ("Koffiebranderij Zwartwit B.V.",)),
)  # fmt: skip
# What waits at the desk today: firm, debtor (nobody knows whose the last one is), way, reason, subject and words.
CAME_IN = (
    ("nl", "Restaurant Het Veerhuis V.O.F.", "mail", "paid", "Re: uw herinnering",
     "Goedemorgen,\n\nDeze factuur is vorige week al overgemaakt, kijkt u het nog eens na?"),
    ("nl", "Metaalbewerking Hofstee B.V.", "mail", "dispute", "RE: Aanmaning",
     "Beste,\n\nEr zijn maar drie van de vijf dagen gewerkt. Deze factuur klopt niet."),
    ("nl", "Stichting Buurthuis De Haard", "page", "plan", "In termijnen",
     "Kunnen wij dit in drie termijnen betalen?"),
    ("nl", "", "mail", "question", "betaling", "Ik betaal morgen, is dat goed?"),
    ("be", "Brasserie Het Pand BV", "page", "copy", "Kopie", "Wij hebben de factuur nooit ontvangen."),
)  # fmt: skip


def come_in(env, ledger) -> None:
    """What came in today and nobody has answered yet."""
    partners = {debtor.name: partner for debtor, partner in ledger.partners.items()}
    for firm, name, source, reason, subject, text in CAME_IN:
        if firm == ledger.firm.key:
            partner = partners[name] if name else env["res.partner"]
            sender = partner.email or "iemand@gmail.com"
            env["dunning.desk"]._take_in(
                ledger.company, partner, source=source, reason=reason, subject=subject, text=text, sender=sender,
                email_from=sender,
            )  # fmt: skip


def note(env, ledger, user, day: int) -> None:
    """Everything that debtors of one firm said on a day, noted by a user through the forms' own fields."""
    env = env(user=user.id, context={"allowed_company_ids": [ledger.company.id], "lang": "nl_NL"})
    partners = {debtor.name: partner for debtor, partner in ledger.partners.items()}
    for on, firm, name, what, facts in STORY:
        if on == day and firm == ledger.firm.key:
            partner = partners[name].with_env(env)
            case = env["dunning.case"]._for_partners(partner, ledger.company.with_env(env), create=True)
            moves = env["account.move"].search(
                [
                    ("commercial_partner_id", "=", partner.id),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("state", "=", "posted"),
                    ("move_type", "=", "out_invoice"),
                ],
                order="invoice_date_due, id",
                limit=1,
            )
            NOTED[what](env, {"case_id": case.id, "move_ids": [Command.set(moves.ids)]}, moves, ledger, facts)
    for on, firm, name, head, others in GROUPS:
        if on == day and firm == ledger.firm.key:
            group(env, ledger, name, partners[head], [partners[other] for other in others])


def group(env, ledger, name, head, others):
    """Debtors that belong together, and where their letters go."""
    # sudo: the manager made it; who notes here is the bookkeeper
    env["dunning.customer.group"].sudo().create(
        {
            "name": name,
            "company_id": ledger.company.id,
            "head_id": head.id,
            "letters_to_head": True,
            "member_ids": [Command.create({"partner_id": partner.id}) for partner in others],
        }
    )


def dispute(env, about, moves, _ledger, facts):
    """The debtor does not agree, with all of it or a part."""
    part = moves.currency_id.round(moves.amount_total * facts.get("part", 0))
    values = {"reason": facts["reason"], "description": facts["text"], "amount": part}
    env["dunning.dispute"].create(about | values)


def promise(env, about, _moves, ledger, facts):
    """The debtor will pay on a day."""
    env["dunning.promise"].create(about | {"date": ledger.day(facts["pays"]), "note": facts["note"]})


def plan(env, about, _moves, ledger, facts):
    """The debtor pays in equal instalments."""
    values = {"instalment_count": facts["count"], "first_date": ledger.day(facts["first"])}
    made = env["dunning.payment.plan"].create(about | values)
    made.action_make_instalments()
    made.action_agree()


def call(env, about, _moves, _ledger, facts):
    """Somebody called."""
    moment = fields.Datetime.now() - timedelta(minutes=20)
    env["dunning.contact"].create(about | {"outcome": facts["outcome"], "note": facts["text"], "date": moment})


NOTED = {"dispute": dispute, "promise": promise, "plan": plan, "call": call}
