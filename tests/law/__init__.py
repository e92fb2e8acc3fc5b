"""Tests of the ground floor: pure Python, no Odoo, no database, no clock."""
