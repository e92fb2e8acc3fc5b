"""Two firms with some months of invoices, the dunning runs of the last weeks, and the one of today.

`./dev demo` feeds this to `odoo shell` on a fresh database, with an Odoo and an SMTP server running beside it:

    DUNNING_OUT         folder for the PDFs, the mails of the earlier runs and the logins
    DUNNING_SMTP_PORT   port of the SMTP server on loopback; it writes what it takes to DUNNING_OUT/mails
    DUNNING_DEMO_TODAY  plays the demo as if this were today (to try it on 29 February or on New Year's Day)

The last weeks are played in their order, with the clock set back: what happened to the ledger until a run, then the
run, through the same methods that the buttons call. The script ends with an error when something that should have gone
out did not.
"""

# pylint: disable=odoo-addons-relative-import

import sys

from odoo.addons.cremann_dunning.demo.story import tell

if not tell(env):
    sys.exit(1)
