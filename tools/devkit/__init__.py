"""What ./dev is made of. Standard library only: these modules run before anything is installed.

`console` (paths, messages, stamps, locks) stands below `postgres`, `packages` and `odoo_source`, the steps of the
set-up; `environment` and `databases` stand on those; `demo` on all. The scripts beside this folder run later, with what
the set-up has installed.
"""
