"""Tests of the engine: plain facts in, decisions out. No Odoo, no database, no clock."""
