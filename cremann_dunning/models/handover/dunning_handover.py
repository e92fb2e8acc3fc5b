from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import dunning_bulk

DRAFT, WITH_PARTY, RECALLED, CLOSED = "draft", "with_party", "recalled", "closed"
STATES = [
    (DRAFT, "Being prepared"),
    (WITH_PARTY, "Handed over"),
    (RECALLED, "Recalled"),
    (CLOSED, "Closed"),
]
COLLECTION, SUMMONS, UNDISPUTED_BE, EUROPEAN_ORDER = "collection", "summons", "undisputed_be", "european_order"
PURPOSES = [
    (COLLECTION, "Collection out of court"),
    (SUMMONS, "Summons"),
    (UNDISPUTED_BE, "Undisputed debts between businesses, Belgium"),
    (EUROPEAN_ORDER, "European order for payment"),
]


class DunningHandover(models.Model):
    """Claims on one debtor that a person handed over to a party. As long as it is with the party, nothing of ours asks
    for them."""

    _name = "dunning.handover"
    _description = "Hand-over"
    _inherit = ["dunning.record.mixin", "dunning.followers.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    party_name = fields.Char(
        string="Name of the party", readonly=True, help="As it was called on the day of the hand-over."
    )
    party_id = fields.Many2one("dunning.party", index=True, ondelete="restrict", check_company=True, readonly=True)
    purpose = fields.Selection(PURPOSES, required=True, default=COLLECTION, readonly=True)
    state = fields.Selection(STATES, required=True, default=DRAFT, readonly=True, index=True, tracking=True)
    date = fields.Date(string="Handed over on", readonly=True)
    reason = fields.Char(readonly=True, help="Why it was handed over, in the words of whoever did it.")
    user_id = fields.Many2one("res.users", string="Handed over by", readonly=True, ondelete="restrict")
    owner_id = fields.Many2one("res.users", ondelete="restrict", help="Who hears what the party says.")
    party_reference = fields.Char(string="Reference of the party", help="Its file number. It goes onto our letter.")
    line_ids = fields.One2many("dunning.handover.claim", "handover_id", string="Claims", readonly=True)
    letter_id = fields.Many2one(
        "dunning.letter", string="Letter to the debtor", readonly=True, index="btree_not_null", ondelete="set null"
    )
    recalled_on = fields.Date(readonly=True)
    recall_reason = fields.Char(readonly=True)
    closed_on = fields.Date(readonly=True)
    letter_wanted = fields.Boolean(readonly=True, help="The letter to the debtor has yet to be made.")
    score = fields.Integer(
        string="Complete", readonly=True, aggregator="avg", help="How complete its file was, from 0 to 100."
    )
    accepted = fields.Char(readonly=True, help="What stood in the way and somebody answered for, as codes.")
    currency_id = fields.Many2one("res.currency", compute="_compute_sums")
    amount_principal = fields.Monetary(string="Principal", compute="_compute_sums")
    amount_total = fields.Monetary(string="Handed over", compute="_compute_sums")
    amount_open = fields.Monetary(string="Open now", compute="_compute_sums", help="Of the principal.")
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _letters_idx = models.Index("(company_id) WHERE letter_wanted")

    @api.depends("line_ids")
    def _compute_sums(self):
        for handover in self:
            lines = handover.line_ids
            handover.currency_id = lines.currency_id[:1] or handover.company_id.currency_id
            for name, field in (("principal", "principal"), ("total", "total"), ("open", "amount_open")):
                handover[f"amount_{name}"] = sum(lines.mapped(field))

    def _whom_to_pay(self):
        """The party as a debtor reads it: its name, how to reach it and its file number."""
        self.ensure_one()
        parts = [self.party_name or ""]
        if phone := self.party_id.partner_id.phone:
            parts.append(self.env._("telephone %s", phone.replace(" ", "\xa0")))
        if self.party_reference:
            parts.append(self.env._("file number %s", self.party_reference))
        return ", ".join(parts)

    def action_recall(self):
        """Ask why these claims are taken back, and whether follow-up goes on."""
        self.check_access("write")
        return self.env["dunning.recall.wizard"]._open_for(self)

    def action_open_letter(self):
        """The letter to the debtor; it is drafted where there is none yet."""
        self.ensure_one()
        self.check_access("read")
        return self.letter_id._get_records_action() if self.letter_id else False

    def action_open_case(self):
        """The case of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return self.case_id._get_records_action()

    # -- the act --------------------------------------------------------------------------------------------------

    @api.model
    def _hand_over(self, case, claims, party, *, purpose=COLLECTION, reason="", owner=None, accepted=None):
        """Hand claims on one debtor over to a party: everything is asked once more, they are frozen, it is told, and
        the letter to the debtor is drafted.

        :param claims: ``dunning.claim`` records. :param owner: who hears what the party says; else whoever hands over.
        :param accepted: codes of ``engine.handover`` for which this person answers; None: all for which one may.
        :return: the hand-over; one more for each further currency.
        :raises UserError: what stands in the way. :raises AccessError: this person hands nothing over.
        """
        if claims.case_id - case or not claims:
            raise UserError(self.env._("Choose claims of this debtor to hand over."))
        made, refused = self._hand_over_many(
            claims, party, purpose=purpose, reason=reason, owner=owner, accepted=accepted, letters=True
        )
        if refused:
            acting = self.env["dunning.handing.over"]
            raise UserError("\n".join(acting._sentence(answer) for answers in refused.values() for answer in answers))
        return made

    @api.model
    def _hand_over_many(self, claims, party, *, purpose=COLLECTION, reason="", owner=None, accepted=(), letters=False):
        """Hand claims on many debtors over to one party, each debtor alone: of whom something stands in the way stays.

        Arguments as for ``_hand_over``. :param letters: draft the letters now; else a job of the next minutes does.
        :return: ``(hand-overs, {case: answers that stop it})``.
        """
        acting = self.env["dunning.handing.over"]
        return acting._do(claims, party, purpose, reason, owner or self.env.user, accepted, letters)

    def _recall(self, reason, ends=False):
        """Take these claims back from the party, in one act.

        :param ends: nobody follows them up from now on; else the ladder goes on where it stood.
        :raises UserError: they are with no party, or nobody says why.
        """
        return self.env["dunning.handing.over"]._recall(self, reason, ends)

    def _release(self, lines, how):
        """These rows are with the party no longer. :param how: recalled, settled, or closed."""
        return self.env["dunning.handing.over"]._release(self, lines, how)
