from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, email_normalize

# By what a debtor is known, the surest first. A name alone is not enough.
KEYS = ("vat", "registry", "ref", "email", "place")
PARTNERS = """
SELECT p.id, p.commercial_partner_id AS debtor_id, k.*
  FROM res_partner p
  CROSS JOIN LATERAL (
       SELECT upper(regexp_replace(p.vat, '[^[:alnum:]]', '', 'g')) AS vat,
              upper(regexp_replace(p.company_registry, '[^[:alnum:]]', '', 'g')) AS registry,
              upper(btrim(p.ref)) AS ref, p.email_normalized AS email,
              lower(btrim(regexp_replace(p.name, '\\s+', ' ', 'g'))) AS name,
              lower(btrim(regexp_replace(p.name, '\\s+', ' ', 'g'))) || '|'
              || upper(regexp_replace(p.zip, '\\s', '', 'g')) AS place) k
 WHERE p.id IN %(partners)s
   AND (k.vat = ANY(%(vat)s) OR k.registry = ANY(%(registry)s) OR k.ref = ANY(%(ref)s)
        OR k.email = ANY(%(email)s) OR k.name = ANY(%(name)s))
"""


class DunningClaimImportDebtor(models.AbstractModel):
    """Finds the debtors of claims that come from outside among the contacts, and makes those that are not there."""

    _name = "dunning.claim.import.debtor"
    _description = "Debtors of claims from outside"

    @api.model
    def _known_by(self, line):
        """By what the debtor of a line is known: ``{key: value}``, as ``PARTNERS`` compares."""
        name = " ".join((line.debtor_name or "").lower().split())
        place = "".join((line.zip or "").upper().split())
        found = {
            "vat": _bare(line.vat),
            "registry": _bare(line.company_registry),
            "ref": (line.partner_ref or "").strip().upper(),
            "email": email_normalize(line.email or "") or "",
            "name": name,
            "place": f"{name}|{place}" if name and place else "",
        }
        return {key: value for key, value in found.items() if value}

    @api.model
    def _key(self, line):
        """What tells the debtor of a line from the others: his contact, or what he is known by."""
        if line.partner_id:
            return line.partner_id.commercial_partner_id._origin.id
        known = self._known_by(line)
        return next((f"{key}:{known[key]}" for key in (*KEYS, "name") if key in known), False)

    @api.model
    def _find(self, company, lines):
        """The contacts that the debtors of these lines may be, with the rights of the user; one query.

        :return: ``{line: (partner or an empty one, partners to choose from where it may be several)}``.
        """
        wanted = {line: self._known_by(line) for line in lines}
        partners = self.env["res.partner"]
        allowed = partners._search([("company_id", "in", (False, company.id))])
        values = {key: list({known[key] for known in wanted.values() if key in known}) for key in (*KEYS, "name")}
        self.env.flush_all()
        self.env.cr.execute(SQL(PARTNERS, partners=allowed.subselect(), **values))
        index, vats = defaultdict(set), {}
        for row in self.env.cr.dictfetchall():
            for key in (*KEYS, "name"):
                if row[key]:
                    index[key, row[key]].add(row["debtor_id"])
            vats[row["debtor_id"]] = row["vat"] or vats.get(row["debtor_id"])
        found = {}
        for line, known in wanted.items():
            ids, sure = self._choose(known, index, vats)
            ids = partners.browse(sorted(ids)).with_prefetch()
            found[line] = (ids, partners) if sure and len(ids) == 1 else (partners, ids)
        return found

    @api.model
    def _choose(self, known, index, vats):
        """``(ids, whether one of them is him)``: each key narrows down what a surer one found."""
        ids = set()
        for key in KEYS:
            hits = index.get((key, known.get(key)), set())
            if key != "vat" and "vat" in known:  # somebody else's number is somebody else
                hits = {id_ for id_ in hits if not vats.get(id_) or vats[id_] == known["vat"]}
            ids = (ids & hits or ids) if ids else hits
        if ids:
            return ids, True
        return index.get(("name", known.get("name")), set()), False

    @api.model
    def _vals(self, line):
        """What a contact is made with. A company number makes it a company; of anybody else that is not known."""
        return {
            "name": " ".join(line.debtor_name.split()),
            "is_company": bool(line.vat or line.company_registry),
            "vat": line.vat or False,
            "company_registry": line.company_registry or False,
            "ref": line.partner_ref or False,
            "email": line.email or False,
            "street": line.street or False,
            "zip": line.zip or False,
            "city": line.city or False,
            "country_id": line.country_id.id or line.wizard_id.company_id.country_id.id,
        }

    @api.model
    def _make(self, lines):
        """Contacts for the debtors of these lines, each once: ``{key: partner}``."""
        first = {}
        for line in lines:
            first.setdefault(self._key(line), line)
        made = self.env["res.partner"].create([self._vals(line) for line in first.values()])
        return dict(zip(first, made, strict=True))


def _bare(text):
    return "".join(sign for sign in text or "" if sign.isalnum()).upper()
