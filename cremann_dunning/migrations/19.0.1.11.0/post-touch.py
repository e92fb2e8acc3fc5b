def migrate(cr, version):
    """Cases know by now what is not due yet, and nothing tells about whom something was written: once all of them."""
    cr.execute("INSERT INTO dunning_touch (partner_id) VALUES (NULL)")
