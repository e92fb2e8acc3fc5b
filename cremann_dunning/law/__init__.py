"""The law of the Netherlands and Belgium on late payment, as data and pure functions.

No Odoo, no database, no clock: whoever calls says which day it is. Money is ``Decimal`` in whole cents of the
euro, a day is a ``datetime.date``, a rate is a percentage per year (``Decimal("10.40")`` means 10.40%).
Bad input raises an error of :mod:`.errors` that names the field; nothing turns into a silent zero.

==================  ==========================================================================================
``errors``          the typed errors, each with the field that is wrong
``amounts``         checked conversion between ``Decimal`` and whole cents, exact rounding, sharing to the
cent
``calendar``        working days, public holidays and postal delivery days of NL and BE
``scales``          bracket scales of collection costs, and how costs come about by one
``costs``           collection costs over claims: VAT on top, instalments, caps, the 40 euro
``interest``        dated rates, simple or yearly compounding, day counts, segments a court can read
``terms``           the day from which costs may be claimed, payment terms, start of default and of interest
``allocation``      which debt, and which part of it, a payment pays (6:43 and 6:44 BW)
``limitation``      when a claim lapses, what interrupts that, and when to warn
``bad_debt``        when the VAT on a claim that is lost comes back, and how much of it is VAT
``keeping``         how long books are kept
==================  ==========================================================================================

Import the module you need (``from .law import costs``); this package imports none of them by itself.
"""
