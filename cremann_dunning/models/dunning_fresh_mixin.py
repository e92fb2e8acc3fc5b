import re

from odoo import api, models

from . import dunning_described_mixin  # noqa: F401  (the mixin before the one that takes it in)
from .dunning_inside import inside
from .dunning_look import looking

# Who sees what was decided; for anybody else nothing is asked.
SEES = "cremann_dunning.group_dunning_user"
NAME = re.compile(r"[a-z_]+")


class DunningFreshMixin(models.AbstractModel):
    """For records that show what was decided: what is read, filtered or counted on a screen is asked anew first.

    Hooks of what the web client and exports call, and not of ``search`` and ``read``: what our own code reads of
    decisions is what it decided. Nothing is asked of who sees no decisions, nor for what shows none.
    """

    _name = "dunning.fresh.mixin"
    _description = "Shows fresh answers"
    _inherit = ["dunning.described.mixin"]

    # Fields that come from answers. None: whatever is shown does.
    _from_answers = None

    @api.model
    def _dunning_tells(self, *asked):
        """Whether domains, orders, groupings or specifications name a field that comes from answers."""
        if inside(self.env, "dunning_fresh") or not (self._from_answers is None or self._dunning_names(asked)):
            return False
        return self.env.user.has_group(SEES)

    @api.model
    def _dunning_names(self, asked):
        # as text: wherever in a domain within a domain a name stands. A value that reads the same costs one question
        return not self._from_answers.isdisjoint(NAME.findall(repr(asked)))

    def _dunning_fresh(self, *asked):
        """These records with all answers of the companies at hand brought up to date, when one of them is told; of very
        many debtors at once that is left to the job, see ``dunning.freshness``."""
        if not self._dunning_tells(*asked):
            return self
        look = looking(self)
        look._dunning_freshen(dict.fromkeys(self.env.companies.ids))
        return look

    def _dunning_fresh_rows(self, *asked):
        """These records with the answers about their own debtors brought up to date, when one of them is told."""
        if not self.ids or not self._dunning_tells(*asked):
            return self
        look = looking(self)
        look._dunning_freshen(self._dunning_places())
        return look

    @api.model
    def _dunning_freshen(self, places):
        # sudo: decisions are evidence and written by the engine only, whoever looks at them
        self.env["dunning.freshness"].sudo()._bring(places)

    def _dunning_places(self):
        """Whose answers these records show: ``{company id: commercial partner ids}``, None for those of everybody."""
        self.env.flush_all()
        found = {}
        # sudo: only whose they are; what is read of them is read with the rights of the reader
        for company, records in self.sudo().exists().grouped("company_id").items():
            found[company.id] = records.partner_id.commercial_partner_id.ids
        return found

    # -- what screens call ----------------------------------------------------------------------------------------

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, order)
        return super(DunningFreshMixin, model).web_search_read(
            domain, specification, offset=offset, limit=limit, order=order, count_limit=count_limit
        )

    @api.readonly
    def web_read(self, specification):
        """As in Odoo, of fresh answers."""
        records = self._dunning_fresh_rows(tuple(specification))
        records._dunning_before_reading(specification)
        return super(DunningFreshMixin, records).web_read(specification)

    def _dunning_before_reading(self, specification):
        """What is asked at once of all that a screen reads of these records, and not field by field."""

    @api.model
    @api.readonly
    def search_read(self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, fields, order)
        return super(DunningFreshMixin, model).search_read(domain, fields, offset, limit, order, **read_kwargs)

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, aggregates=(), limit=None, offset=0, order=None, **unfolded):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, groupby, aggregates, order)
        return super(DunningFreshMixin, model).web_read_group(
            domain, groupby, aggregates, limit=limit, offset=offset, order=order, **unfolded
        )

    @api.model
    @api.readonly
    def formatted_read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, groupby, aggregates, having, order)
        return super(DunningFreshMixin, model).formatted_read_group(
            domain, groupby, aggregates, having=having, offset=offset, limit=limit, order=order
        )

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(self, domain, grouping_sets, aggregates=(), *, order=None):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, grouping_sets, aggregates, order)
        return super(DunningFreshMixin, model).formatted_read_grouping_sets(
            domain, grouping_sets, aggregates, order=order
        )

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(domain, group_by, progress_bar)
        return super(DunningFreshMixin, model).read_progress_bar(domain, group_by, progress_bar)

    @api.model
    def search_panel_select_range(self, field_name, **kwargs):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(field_name, kwargs)
        return super(DunningFreshMixin, model).search_panel_select_range(field_name, **kwargs)

    @api.model
    def search_panel_select_multi_range(self, field_name, **kwargs):
        """As in Odoo, of fresh answers."""
        model = self._dunning_fresh(field_name, kwargs)
        return super(DunningFreshMixin, model).search_panel_select_multi_range(field_name, **kwargs)

    def export_data(self, fields_to_export):
        """As in Odoo, of fresh answers."""
        records = self._dunning_fresh_rows(tuple(fields_to_export))
        return super(DunningFreshMixin, records).export_data(fields_to_export)
