import json

from odoo import api, models
from odoo.tools import SQL

from ...engine.addresses import ADDRESS, BETWEEN, CAPITALS, NAMED, QUOTED, SMALL
from ...engine.facts import Contact, Debtor
from ...engine.recipient import candidates, choose
from ...engine.rules import REMINDER, Level

# Mail addresses from which the last letter of the company came back. A letter that was tried again and taken for an
# address clears it; another address of the contact is another address.
BOUNCED = """
    SELECT DISTINCT a.email
      FROM dunning_dispatch x, UNNEST(STRING_TO_ARRAY(x.bounced_to, ' ')) a(email)
     WHERE x.company_id = %(company)s AND x.bounced_to IS NOT NULL
       AND NOT EXISTS (SELECT FROM dunning_dispatch n
                        WHERE n.letter_id = x.letter_id AND n.id > x.id AND n.state = 'accepted'
                          AND a.email = ANY(STRING_TO_ARRAY(n.taken_to, ' '))
                          AND NOT a.email = ANY(STRING_TO_ARRAY(COALESCE(n.bounced_to, ''), ' ')))
"""

# The addresses in a field, as an array; see `engine.addresses`. Nearly every field holds one address and nothing else.
ADDRESSES = rf"""
           CASE WHEN {{text}} ~ '{ADDRESS}' THEN ARRAY[TRANSLATE({{text}}, '{CAPITALS}', '{SMALL}')]
                ELSE ARRAY(SELECT TRANSLATE(t, '{CAPITALS}', '{SMALL}') FROM REGEXP_SPLIT_TO_TABLE(
                           REGEXP_REPLACE(REGEXP_REPLACE(COALESCE({{text}}, ''), '{QUOTED[0]}', '{QUOTED[1]}', 'g'),
                                          '{NAMED[0]}', '{NAMED[1]}', 'g'), '{BETWEEN}') t
                            WHERE t ~ '{ADDRESS}')
           END"""

# Why no mail reaches any of these addresses, NULL when it does; see `engine.facts.Contact`.
MAIL_PROBLEM = """
           (SELECT CASE WHEN COUNT(*) = 0 THEN 'none'
                        WHEN COUNT(*) FILTER (WHERE NOT m.blocked) = 0 THEN 'blacklisted'
                        WHEN COUNT(*) FILTER (WHERE NOT m.blocked AND NOT m.dead) = 0 THEN 'bounced' END
              FROM (SELECT EXISTS (SELECT FROM mail_blacklist b WHERE b.email = e AND b.active) AS blocked,
                           e IN (SELECT email FROM bounced) AS dead
                      FROM UNNEST({emails}) e) m)"""

# Who at the debtor `d` comes before the debtor itself, as the fields of `engine.facts.Contact`, and who gets copies:
# only who belongs to the debtor's own record. An invoice address is a place at the debtor, so without a mailbox of its
# own it is reached by the debtor's; a person is not. `named` is an array of contacts whom open invoices name.
CONTACTS = f"""
           SELECT json_agg(json_build_array(k.id, k.role, COALESCE(k.mail_problem, ''), k.has_address, k.place)
                           ORDER BY k.role DESC, k.id) FILTER (WHERE k.role IS NOT NULL) AS contacts,
                  json_object_agg(k.id, k.lang) FILTER (WHERE k.role IS NOT NULL AND k.lang IS NOT NULL) AS langs,
                  MIN(k.id) FILTER (WHERE k.copies AND k.mail_problem IS NULL) AS escalation
             FROM (
                  SELECT p.id, p.role, p.copies, p.place, p.lang,
                         {MAIL_PROBLEM.format(emails="p.emails")} AS mail_problem,
                         COALESCE(p.street, NULLIF(TRIM(d.street), '')) IS NOT NULL
                         AND COALESCE(p.city, NULLIF(TRIM(d.city), '')) IS NOT NULL AS has_address
                    FROM (
                         SELECT q.id, q.dunning_role = 'escalation' AS copies, q.lang,
                                CASE WHEN o.type = 'invoice' AND o.id <> d.id THEN o.id END AS place,
                                NULLIF(TRIM(q.street), '') AS street, NULLIF(TRIM(q.city), '') AS city,
                                CASE WHEN q.dunning_role = 'reminder' THEN 'reminder'
                                     WHEN q.type = 'invoice' THEN 'invoice'
                                     WHEN q.id = ANY({{named}}) THEN 'addressee' END AS role,
                                CASE WHEN q.type = 'invoice' AND {ADDRESSES.format(text="q.email")} = ARRAY[]::text[]
                                     THEN {ADDRESSES.format(text="d.email")}
                                     ELSE {ADDRESSES.format(text="q.email")} END AS emails
                           FROM res_partner q
                           LEFT JOIN res_partner o ON o.id = q.parent_id
                          WHERE q.commercial_partner_id = d.id AND q.id <> d.id AND q.active
                            AND (q.dunning_role IS NOT NULL OR q.type = 'invoice' OR q.id = ANY({{named}}))) p) k
"""


class DunningRecipient(models.AbstractModel):
    """Who at a debtor gets the letters, by which way and why, in the words of the reader.

    The choice is the engine's (``engine.recipient``); what it rests on comes with the facts of ``dunning.gather``.
    """

    _name = "dunning.recipient"
    _description = "To Whom Letters Go"

    @api.model
    def _facts(self, recipient):
        """Why this contact and channel were chosen, as text that a letter keeps; None where nothing was in the way.

        :param recipient: ``engine.recipient.Recipient``, or None.
        """
        if recipient is None:
            return None
        contact, found = recipient.contact, {}
        if recipient.passed:
            found["passed"] = [[passed.id, passed.role, passed.mail_problem] for passed in recipient.passed]
        if contact.mail_problem and recipient.channel != "email":
            found["mail"] = contact.mail_problem
        if recipient.himself:
            found["himself"] = recipient.himself
        if recipient.together:
            found["together"] = [other.id for other in recipient.together]
        if contact.role != "debtor" or found:
            found["role"] = contact.role
        if contact.place:
            found["place"] = contact.place
        return json.dumps(found) if found else None

    @api.model
    def _reason(self, facts, role, by_mail=True):
        """In words why somebody gets a letter in this way.

        :param facts: what ``_facts`` gave. :param role: the role to name where it gave nothing.
        :param by_mail: whether the level asks for mail, so that it is to be explained when it is not.
        """
        facts = json.loads(facts) if facts else {}
        parts = [self._roles()["place" if facts.get("place") else facts.get("role", role)]]
        if why := facts.get("himself"):
            parts.insert(0, self._why_himself()[why])
        together = self.env["res.partner"].sudo().browse(facts.get("together", ())).exists()  # sudo: as below
        if together:
            parts.append(self.env._("The same mail goes to %s.", ", ".join(together.mapped("name"))))
        passed = facts.get("passed", ())
        # sudo: a name, on a letter that names its addressee
        partners = self.env["res.partner"].sudo().browse([row[0] for row in passed]).exists()
        names = {partner.id: partner.name for partner in partners}
        for partner_id, passed_role, problem in passed:
            name = names.get(partner_id) or self._role_names()[passed_role]
            parts.append(self.env._("%(name)s cannot be reached: %(why)s", name=name, why=self._problems()[problem]))
        if by_mail and facts.get("mail"):
            parts.append(self.env._("Not by e-mail: %s", self._problems()[facts["mail"]]))
        return " ".join(parts)

    @api.model
    def _roles(self):
        env = self.env
        return {
            "head": env._("The head office of the customer group, which gets the letters of all its debtors."),
            "reminder": env._("The reminder contact of the debtor."),
            "place": env._("The reminder contact of the address that the invoices went to."),
            "addressee": env._("The contact whom the invoices name; there is no reminder contact to be reached."),
            "invoice": env._("The invoice address of the debtor; there is no reminder contact to be reached."),
            "debtor": env._("The debtor itself; there is no reminder contact or invoice address to be reached."),
        }

    @api.model
    def _why_himself(self):
        env = self.env
        return {
            "law": env._("Not to head office: this letter has to reach the debtor himself, or no term begins by it."),
            "consumer": env._("Not to head office: what a consumer owes is no business of anybody else."),
        }

    @api.model
    def _role_names(self):
        env = self.env
        return {
            "head": env._("The head office"),
            "reminder": env._("The reminder contact"),
            "addressee": env._("The contact of the invoices"),
            "invoice": env._("The invoice address"),
        }

    @api.model
    def _together(self, facts):
        """The contacts who get a mail together with its addressee.

        :param facts: what ``_facts`` gave.
        """
        ids = json.loads(facts).get("together", ()) if facts else ()
        return self.env["res.partner"].browse(ids).exists()

    @api.model
    def _same_together(self, facts, recipient):
        """Whether a letter with these facts goes to the same people as would be chosen now."""
        kept = json.loads(facts).get("together", []) if facts else []
        return kept == [other.id for other in (recipient.together if recipient else ())]

    @api.model
    def _problems(self):
        """What is in the way of a mail; with no problem of mail the level goes by paper and an address is missing."""
        env = self.env
        return {
            "": env._("there is no postal address."),
            "none": env._("there is no e-mail address."),
            "blacklisted": env._("the e-mail address is blacklisted."),
            "bounced": env._("the last letter to the e-mail address came back."),
        }

    # -- for people who look at a debtor --------------------------------------------------------------------------

    @api.model
    def _to_whom(self, company, partners, levels=None):
        """To whom letters to these debtors go as things are now, in words.

        :param partners: commercial partners. :param levels: per partner id the ``dunning.level`` that comes next;
            without one a letter by e-mail is meant.
        :return: ``{partner id: text}``.
        """
        house, found = company._dunning_house(), {}
        channels = dict(self.env["dunning.level"]._fields["channel"]._description_selection(self.env))
        debtors = self._debtors(company, partners)
        rules = [self._rule((levels or {}).get(debtor.partner_id)) for debtor in debtors]
        chosen = [choose(debtor, rule, house) for debtor, rule in zip(debtors, rules, strict=True)]
        ids = [recipient.contact.id for recipient in chosen if recipient]
        names = {partner.id: partner.display_name for partner in self.env["res.partner"].browse(ids)}
        for debtor, rule, recipient in zip(debtors, rules, chosen, strict=True):
            if recipient is None:
                found[debtor.partner_id] = self._nobody(debtor)
                continue
            found[debtor.partner_id] = self.env._(
                "%(person)s (%(channel)s). %(reason)s",
                person=names[recipient.contact.id],
                channel=channels[recipient.channel],
                reason=self._reason(self._facts(recipient), "debtor", "email" in rule.channels),
            )
        return found

    @api.model
    def _contacts(self, company, partners):
        """Who gets a letter by e-mail to these debtors: ``{partner id: contact}``, without those nobody can reach."""
        house, rule = company._dunning_house(), self._rule(None)
        chosen = {debtor.partner_id: choose(debtor, rule, house) for debtor in self._debtors(company, partners)}
        contacts = self.env["res.partner"]
        return {id_: contacts.browse(found.contact.id) for id_, found in chosen.items() if found}

    @api.model
    def _rule(self, level):
        return level._engine_level() if level else Level(0, "", 1, REMINDER, 0)

    @api.model
    def _nobody(self, debtor):
        """What a person reads when no letter can go to a debtor."""
        problem = next((contact.mail_problem for contact in candidates(debtor) if contact.mail_problem), "")
        text = self.env._("Nobody: complete an e-mail address or the postal address.")
        return f"{text} {self.env._('Not by e-mail: %s', self._problems()[problem])}" if problem else text

    @api.model
    def _debtors(self, company, partners):
        """The facts that the choice rests on, without anything that is owed, in one query."""
        if not partners.ids:
            return []
        self.env.flush_all()
        query = f"""
            WITH bounced AS MATERIALIZED ({BOUNCED})
            SELECT d.id, {MAIL_PROBLEM.format(emails=ADDRESSES.format(text="d.email"))},
                   TRIM(d.street) <> '' AND TRIM(d.city) <> '', c.contacts
              FROM res_partner d CROSS JOIN LATERAL ({CONTACTS.format(named="'{}'::int[]")}) c
             WHERE d.id IN %(partners)s
        """
        self.env.cr.execute(SQL(query, company=company.id, partners=tuple(partners.ids)))
        return [
            Debtor(
                partner_id=partner_id,
                name="",
                claims=(),
                has_email=not problem,
                mail_problem=problem or "",
                has_address=bool(has_address),
                contacts=tuple(Contact(*contact) for contact in contacts or ()),
            )
            for partner_id, problem, has_address, contacts in self.env.cr.fetchall()
        ]
