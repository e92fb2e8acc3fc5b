"""Letters of before get the row of their key. None closes at once: each opens for three months more at least."""


def migrate(cr, version):
    """One row for each letter with a key."""
    if version:
        cr.execute(
            """
            INSERT INTO dunning_page_key (company_id, partner_id, letter_id, access_token, expires_on,
                                          create_uid, write_uid, create_date, write_date)
            SELECT l.company_id, p.commercial_partner_id, l.id, l.access_token,
                   GREATEST(l.date + c.dunning_page_days, CURRENT_DATE + 90), 1, 1, NOW() AT TIME ZONE 'UTC',
                   NOW() AT TIME ZONE 'UTC'
              FROM dunning_letter l
              JOIN res_company c ON c.id = l.company_id
              JOIN res_partner p ON p.id = l.partner_id
             WHERE l.access_token IS NOT NULL
            ON CONFLICT DO NOTHING
            """
        )
