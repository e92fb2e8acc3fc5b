import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import record
from .. import dunning_bulk


class DunningSnapshot(models.Model):
    """Facts of a debtor, or a set of rules, as they were when something was decided; each kept once, by its digest.

    Only the engine writes them and nobody changes them: decisions are played back from here.
    """

    _name = "dunning.snapshot"
    _description = "Dunning snapshot"
    _inherit = ["dunning.record.mixin"]
    _rec_name = "digest"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # _digest_uniq starts with it
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of the content.")
    content = fields.Text(required=True, readonly=True)
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _digest_uniq = models.UniqueIndex("(company_id, digest)", "This snapshot is there already.")

    @api.model
    def _inputs(self, company, about):
        """Keep what these decisions rest on.

        :param about: per decision ``(Debtor, Decision, Question)``.
        :return: per decision the value of its field ``inputs``.
        """
        texts, facts, ladders, rules, inputs = {}, {}, {}, {}, []

        def keep(value):
            written = record.text(value)
            address = record.digest(written)
            texts[address] = written
            return address

        for debtor, decision, question in about:
            if debtor.partner_id not in facts:
                facts[debtor.partner_id] = keep(debtor)
                ids = {claim.procedure for claim in debtor.claims} & set(question.procedures)
                ladders[debtor.partner_id] = tuple(sorted(ids))
            ids = ladders[debtor.partner_id]
            if (ids, id(question.house)) not in rules:
                procedures = tuple(question.procedures[number] for number in ids)
                rules[ids, id(question.house)] = keep((procedures, question.house))
            inputs.append(
                {
                    "line": decision.claim.line_id,
                    "facts": facts[debtor.partner_id],
                    "rules": rules[ids, id(question.house)],
                    "date": question.as_of.isoformat(),
                    "automatic": question.automatic_only,
                    "level": decision.level.id if decision.level else None,
                    **({"outside": True} if decision.outside else {}),
                }
            )
        self._insert(company, texts)
        return inputs

    @api.model
    def _insert(self, company, texts):
        """One statement; in the order of the digests, so that two runs at the same time wait and never lock up."""
        if texts:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dunning_snapshot (company_id, digest, content, create_uid, write_uid, create_date,
                                                  write_date)
                    SELECT %s, t.digest, t.content, %s, %s, %s, %s
                      FROM unnest(%s, %s) AS t (digest, content) ORDER BY t.digest
                        ON CONFLICT DO NOTHING
                    """,
                    company.id,
                    self.env.uid,
                    self.env.uid,
                    fields.Datetime.now(),
                    fields.Datetime.now(),
                    list(texts),
                    list(texts.values()),
                )
            )

    @api.model
    def _read(self, decision, *digests):
        """The kept values by their digests, None for one that is not there; whoever may read the decision may."""
        found = self.search([("company_id", "=", decision.company_id.id), ("digest", "in", [d for d in digests if d])])
        contents = {snapshot.digest: json.loads(snapshot.content) for snapshot in found}
        return tuple(contents.get(digest) for digest in digests)
