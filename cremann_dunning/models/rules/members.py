"""Who belongs to which customer group today, as a statement that others are made of."""

# A member that came to stand below another debtor is that debtor; of two groups that one debtor came into so the older
# one counts.
MEMBERS = """
SELECT DISTINCT ON (m.company_id, p.commercial_partner_id)
       m.company_id, m.group_id, p.commercial_partner_id AS partner_id
  FROM dunning_customer_group_member m
  JOIN dunning_customer_group g ON g.id = m.group_id AND g.active
  JOIN res_partner p ON p.id = m.partner_id
 ORDER BY m.company_id, p.commercial_partner_id, m.group_id
"""
