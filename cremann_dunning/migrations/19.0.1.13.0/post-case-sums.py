"""What cases keep for sums over all of them is filled in by the job of figures, within a minute."""


def migrate(cr, version):
    """Something was written about everybody: whoever looks before the job ran has the ledger asked."""
    if version:
        cr.execute("INSERT INTO dunning_touch (partner_id) VALUES (NULL)")
