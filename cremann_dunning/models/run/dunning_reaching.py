from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...engine import pacing
from ...engine.facts import Contact, Debtor, Reached
from ...engine.outcome import Question
from ..dunning_inside import inside
from .dunning_recipient import ADDRESSES, BOUNCED, MAIL_PROBLEM

# Short messages that left, with the day on which they did where the company is.
MESSAGES = """
SELECT d.commercial_partner_id AS partner_id, 'message' AS way,
       (COALESCE(x.ended_at, x.started_at) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day, FALSE AS is_planned
  FROM dunning_dispatch x JOIN res_partner d ON d.id = x.partner_id
 WHERE x.company_id = %(company)s AND x.channel IN ('sms', 'whatsapp')
   AND x.state IN ('accepted', 'delivered', 'posted')
"""
# In which of them somebody was spoken to: one who is not reached is left in no less peace.
CALLS = """
SELECT d.commercial_partner_id, 'call', c.counted_on, FALSE
  FROM dunning_contact c JOIN res_partner d ON d.id = c.partner_id
 WHERE c.company_id = %(company)s AND c.active AND c.outcome <> ALL(%(not_spoken)s) AND c.id <> ALL(%(without_calls)s)
"""
# Letters that left, also those that were taken back later; and those that are made and have yet to leave.
LETTERS = """
SELECT d.commercial_partner_id,
       CASE WHEN f.channel = 'email' AND f.on_paper_instead IS NOT TRUE THEN 'mail' ELSE 'letter' END,
       COALESCE(f.sent_on, f.date), f.sent_on IS NULL
  FROM dunning_letter f JOIN res_partner d ON d.id = f.partner_id
 WHERE f.company_id = %(company)s AND f.id <> ALL(%(without)s)
   AND (f.sent_on IS NOT NULL AND f.state IN ('sent', 'cancelled')
        OR f.sent_on IS NULL AND f.state IN ('draft', 'issued'))
"""
# Letters about promises and plans, which are no steps and reach the debtor all the same.
AGREEMENTS = """
SELECT d.commercial_partner_id, CASE WHEN k.email_to <> '' THEN 'mail' ELSE 'letter' END, k.sent_on, FALSE
  FROM dunning_agreement_letter k JOIN res_partner d ON d.id = k.partner_id
 WHERE k.company_id = %(company)s AND k.state = 'sent'
"""
ALL = f"SELECT * FROM ({MESSAGES} UNION ALL {CALLS} UNION ALL {LETTERS} UNION ALL {AGREEMENTS}) r"


class DunningReaching(models.AbstractModel):
    """How often debtors were reached of late, and how many more the company reaches today; counted in sets."""

    _name = "dunning.reaching"
    _description = "Contacts of late"

    @api.model
    def _of(self, company, as_of, partner_ids, without=()):
        """For ``engine.facts.Debtor``: contacts of late, the customer group and its head office.

        :param partner_ids: commercial partners. :param without: ids of letters that are left out.
        :return: ``{partner id: {field: value}}``, and ``{partner id: {id as text: language}}`` of head offices.
        """
        groups, mates = self.env["dunning.customer.group"]._facts(company, partner_ids)
        heads = self._heads(company, {row.head_id for row in groups.values() if row.head_id})
        capped = {partner_id: row.group for partner_id, row in groups.items() if row.group.contacts_max}
        days = pacing.horizon(company._dunning_house(), [group.contacts_days for group in capped.values()])
        about = set(partner_ids).union(*(mates[group.id] for group in capped.values()))
        reached = self._since(company, about, as_of - timedelta(days=days), without) if days else {}
        found, langs = {}, {}
        for partner_id in partner_ids:
            others = mates[capped[partner_id].id] - {partner_id} if partner_id in capped else ()
            found[partner_id] = {"reached": self._of_one(reached, partner_id, others)}
            if row := groups.get(partner_id):
                head, lang = heads.get(row.head_id, (None, None)) if row.head_id != partner_id else (None, None)
                found[partner_id] |= {"group": row.group, "head": head}
                langs |= {partner_id: {str(head.id): lang}} if head and lang else {}
        return found, langs

    @api.model
    def _of_one(self, reached, partner_id, others):
        """Contacts with him, and those with others of his group; what these have yet to get counts as well, or both
        would get the last one that fits."""
        own = [Reached(way, day) for way, day, is_planned in reached.get(partner_id, ()) if not is_planned]
        theirs = [Reached(way, day, other) for other in sorted(others) for way, day, _planned in reached.get(other, ())]
        return tuple(own + theirs)

    @api.model
    def _since(self, company, partner_ids, day, without=()):
        """Contacts after a day: ``{commercial partner id: [(way, day, whether it has yet to leave)]}``; one query."""
        rows = self.env.execute_query(
            SQL(
                "%s WHERE r.partner_id = ANY(%s) AND r.day > %s ORDER BY r.day, r.way",
                self._all(company, without),
                list(partner_ids),
                day,
            )
        )
        found = defaultdict(list)
        for partner_id, *contact in rows:
            found[partner_id].append(tuple(contact))
        return found

    @api.model
    def _used(self, company, day, without=()):
        """How many contacts of a day there are already: made, or made ready; one query."""
        [(number,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM (%s WHERE r.day = %s) u", self._all(company, without), day)
        )
        return number

    @api.model
    def _room(self, company, day, without=()):
        """How many more letters the company sends on a day; None where it has no limit."""
        most = company.dunning_firm_max
        return max(most - self._used(company, day, without), 0) if most else None

    @api.model
    def _all(self, company, without):
        self.env.flush_all()
        return SQL(
            ALL,
            company=company.id,
            zone=str(company._dunning_zone()),
            not_spoken=list(self.env["dunning.contact"]._not_spoken()),
            without_calls=inside(self.env, "dunning_without_contacts", []),
            without=list(without),
        )

    @api.model
    def _enough(self, company, partner_ids):
        """Those of these debtors who, or whose groups, have had as many contacts by today as they may have."""
        day, house = company._dunning_today(), company._dunning_house()
        found, _langs = self._of(company, day, partner_ids)
        debtors = (Debtor(id_, "", (), **known) for id_, known in found.items())
        return {debtor.partner_id for debtor in debtors if pacing.cap_gate(debtor, Question(day, house=house))}

    @api.model
    def _heads(self, company, partner_ids):
        """Head offices to which letters may go: ``{id: (engine.facts.Contact, language)}``, without archived ones."""
        if not partner_ids:
            return {}
        query = f"""
            WITH bounced AS MATERIALIZED ({BOUNCED})
            SELECT d.id, COALESCE({MAIL_PROBLEM.format(emails=ADDRESSES.format(text="d.email"))}, ''),
                   COALESCE(TRIM(d.street) <> '' AND TRIM(d.city) <> '', FALSE), d.lang
              FROM res_partner d WHERE d.active AND d.id = ANY(%(heads)s)
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(query, company=company.id, heads=list(partner_ids)))
        return {row[0]: (Contact(row[0], "head", *row[1:3]), row[3]) for row in rows}
