"""The engine: plain facts in, one explained decision per invoice out.

Pure Python on top of ``law/``. Nothing here imports Odoo, reads a clock or touches a database, so that the
preview, the live run and every later replay are the same function with another date.
"""
