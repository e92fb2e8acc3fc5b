import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all

# A code by mail opens for so many minutes, and after so many wrong ones no more.
CODE_MINUTES, CODE_TRIES = 15, 5
ONLY_SIGNS = re.compile(r"[\W_]")
# A number is looked for in no more than this; nobody's invoice number or postcode is longer.
LONGEST = 100
# Compared with what was typed where there is nothing to compare with.
NOTHING = "-"

# Whether the debtor had an invoice, or something that was taken in, with this number; paid or not.
HAD = """
SELECT m.id, p.zip, o.zip
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner p ON p.id = m.partner_id
  JOIN res_partner o ON o.id = l.partner_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND o.commercial_partner_id = %(partner)s
   AND m.move_type IN ('out_invoice', 'out_receipt')
   AND regexp_replace(upper(m.name), '[^[:alnum:]]', '', 'g') = %(number)s
 UNION ALL
SELECT c.move_id, o.zip, o.zip
  FROM dunning_claim c
  JOIN res_partner o ON o.id = c.partner_id
 WHERE c.company_id = %(company)s AND c.partner_id = %(partner)s AND c.is_taken_in AND c.ended_on IS NULL
   AND regexp_replace(upper(c.number), '[^[:alnum:]]', '', 'g') = %(number)s
 LIMIT 20
"""


class DunningAccountKnown(models.AbstractModel):
    """The second check: a visitor with a key says what only the debtor should know, or types a code that he gets by
    mail. It is counted by whoever calls, see ``dunning.throttle``."""

    _name = "dunning.account.known"
    _description = "Second check of the debtor's page"

    # -- invoice and postcode -------------------------------------------------------------------------------------

    @api.model
    def _by_invoice(self, visit, number, postcode):
        """Whether these are an invoice of this debtor in this company and a postcode of his. Spaces, dashes and
        capitals do not matter.

        :param number: :param postcode: as somebody typed them.
        """
        number, postcode = _signs(number), _signs(postcode)
        self.env.flush_all()
        query = SQL(HAD, company=visit.company.id, partner=visit.partner.id, number=number)
        found = self.env.execute_query(query) if number else []
        known = {_signs(code) for _move, *codes in found for code in codes}
        known |= {_signs(one) for one in (visit.partner.zip, visit.letter.contact_id.zip)} if found else set()
        # as long for a number that is wrong as for a postcode that is
        same = [hmac.compare_digest(postcode.encode(), code.encode()) for code in (known - {""}) or {NOTHING}]
        return any(same)

    # -- code by mail ---------------------------------------------------------------------------------------------

    @api.model
    def _addresses(self, visit):
        """Where a code goes: to where the letter of this key went by mail, and nowhere else."""
        letter = visit.letter
        if visit.known or letter.state != "sent" or letter.is_on_paper:
            return []
        return email_normalize_all(letter.email_to or "")

    @api.model
    def _code_to(self, visit):
        """The addresses as the visitor reads them, so that he knows where to look and nobody learns them here."""
        return ", ".join(map(_masked, self._addresses(visit)))

    @api.model
    def _send_code(self, visit):
        """Mail a new code; one that was sent before is worth nothing any more.

        :return: whether there is somewhere to send it.
        """
        addresses = self._addresses(visit)
        if not addresses:
            return False
        code = f"{secrets.randbelow(10**6):06}"
        until = fields.Datetime.now() + timedelta(minutes=CODE_MINUTES)
        visit.key.write({"code_digest": self._digest(visit.key, code), "code_until": until, "code_tries": 0})
        env = visit.env
        values = {
            "company": visit.company,
            "code": code,
            "before": env._("Your code for the page of %s:", visit.company.name),
            "after": env._(
                "It can be used for %s minutes. Did you not ask for it? Then you need not do anything: without it "
                "nobody sees more.",
                CODE_MINUTES,
            ),
        }
        body = visit.env["ir.qweb"]._render("cremann_dunning.debtor_page_code_mail", values)
        mail = visit.env["mail.mail"].create(
            {
                "subject": visit.env._("Your code for the page of %s", visit.company.name),
                "body_html": body,
                "email_to": ", ".join(addresses),
                "email_from": visit.company.email_formatted or visit.env.user.email_formatted,
                "auto_delete": True,
            }
        )
        mail.send_after_commit()
        return True

    @api.model
    def _by_code(self, visit, typed):
        """Whether this is the code that was sent last. It opens once."""
        key, typed = visit.key, re.sub(r"\D", "", str(typed or "")[:LONGEST])
        # one statement, so that two who try at the same moment have no try more than one
        query = SQL(
            """
            UPDATE dunning_page_key SET code_tries = COALESCE(code_tries, 0) + 1
             WHERE id = %s AND code_digest IS NOT NULL AND code_until > %s AND COALESCE(code_tries, 0) < %s
            RETURNING code_digest
            """,
            key.id,
            fields.Datetime.now(),
            CODE_TRIES,
        )
        self.env.flush_all()
        rows = self.env.execute_query(query)
        key.invalidate_recordset(["code_digest", "code_until", "code_tries"])
        kept = rows[0][0] if rows else NOTHING
        if not hmac.compare_digest(kept, self._digest(key, typed)):
            return False
        key.write({"code_digest": False, "code_until": False, "code_tries": 0})
        return True

    @api.model
    def _digest(self, key, code):
        """What is kept of a code: six digits are soon tried, so a secret of the database goes in."""
        # sudo: the secret of the database
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return hmac.new(secret.encode(), f"{key.id}|{key.access_token}|{code}".encode(), hashlib.sha256).hexdigest()

    # -- passed ---------------------------------------------------------------------------------------------------

    @api.model
    def _passed(self, visit, way):
        """Write down that he passed it. :param way: ``invoice`` or ``code``."""
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "debtor.known" if way == "invoice" else "debtor.known_by_code",
                    "company_id": visit.company.id,
                    "debtor": visit.partner.id,
                    "letter": visit.letter.id,
                    "facts": {"name": visit.letter.name or ""},
                }
            ]
        )


def _signs(typed):
    """What was typed as it is compared: its letters and digits."""
    return ONLY_SIGNS.sub("", str(typed or "")[:LONGEST]).upper()


def _masked(address):
    """An address of which whoever knows it sees that it is the one."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
