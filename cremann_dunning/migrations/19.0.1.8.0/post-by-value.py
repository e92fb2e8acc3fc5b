"""Contacts that counted keep by value which claims they moved, see models/run/dunning_following.py."""


def migrate(cr, version):
    """In one statement."""
    if not version:
        return
    cr.execute(
        """
        WITH claims AS (
            SELECT l.id AS line, l.move_id AS move, l.date_maturity AS due, l.amount_currency AS amount,
                   u.name AS currency,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id) AS instalments,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id, l.date_maturity, l.amount_currency) AS alike
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN res_currency u ON u.id = l.currency_id
             WHERE l.amount_currency > 0 AND l.move_id IN (
                   SELECT i.move_id FROM account_move_line_dunning_contact_rel r
                     JOIN account_move_line i ON i.id = r.account_move_line_id)
        ), told AS (
            SELECT r.dunning_contact_id AS id, jsonb_agg(to_jsonb(c)) AS told
              FROM account_move_line_dunning_contact_rel r JOIN claims c ON c.line = r.account_move_line_id
             GROUP BY 1
        )
        UPDATE dunning_contact d SET told = t.told FROM told t WHERE t.id = d.id AND d.told IS NULL
        """
    )
