from datetime import timedelta, timezone

from markupsafe import escape

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ...engine import rules
from ...engine.answers import HOUR
from ..dunning_inside import inside

# Attempts that the mail server never heard of, or that it counts for nothing.
NOT_COUNTED = ("withheld",)


class DunningPause(models.AbstractModel):
    """Puts letters that go by mail off together: when the mail server stops us, or when enough of them have left.

    They stay in the outbox with a scheduled date, and leave by themselves.
    """

    _name = "dunning.pause"
    _description = "Letters by Mail that Wait Together"

    # -- an answer about us ---------------------------------------------------------------------------------------

    @api.model
    def _put_off(self, letters, verdict, text):
        """Put off these letters and all others of the company's outbox that would go over the same mail server.

        The responsible is told once a day and company.

        :param verdict: ``engine.answers.Verdict`` about us. :param text: the answer in words.
        """
        for company, own in letters.grouped("company_id").items():
            when = self._next(company, verdict.wait)
            told = self._was_told(company)
            for letter in own.filtered(lambda letter: "sending" in letter.dispatch_ids.mapped("state")) or own[:1]:
                self.env["dunning.dispatch"]._record_end(letter, "deferred", answer=text, is_about_us=True)
            mails = own.mail_id
            mails.write({"state": "outgoing", "failure_reason": text, "failure_type": False})
            same = self._same_server(company, mails) - mails
            (mails | same.try_lock_for_update()).write({"scheduled_date": when})
            self._wake(when)
            if not told:
                self._tell(own[0], text, when)
        inside(self.env, "dunning_stopped", set()).update(letters.company_id.ids)

    @api.model
    def _next(self, company, wait):
        """When to go on: the next full hour, or tomorrow at the hour of the daily run, where the company is."""
        now = company._dunning_now().replace(minute=0, second=0, microsecond=0)
        if wait == HOUR:
            when = now + timedelta(hours=1)
        else:
            when = (now + timedelta(days=1)).replace(hour=company.dunning_send_hour)
        return when.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _same_server(self, company, mails):
        """The mails of the company's outbox that leave over the mail servers of these."""
        outbox = mails.search([("dunning_letter_id.company_id", "=", company.id), ("state", "=", "outgoing")])
        found, servers = {}, set()
        for server, _alias_domain, _sender, ids in (outbox | mails)._split_by_mail_configuration():
            found.setdefault(server, []).extend(ids)
            if set(ids) & set(mails.ids):
                servers.add(server)
        return mails.browse(id_ for server in servers for id_ in found[server])

    @api.model
    def _was_told(self, company):
        """Whether somebody was told today, where the company is, that letters wait for us."""
        midnight = company._dunning_now().replace(hour=0, minute=0, second=0, microsecond=0)
        since = midnight.astimezone(timezone.utc).replace(tzinfo=None)
        domain = [("company_id", "=", company.id), ("is_about_us", "=", True), ("started_at", ">=", since)]
        return bool(self.env["dunning.dispatch"].search_count(domain, limit=1))

    @api.model
    def _tell(self, letter, text, when):
        """Tell the responsible, on the letter that met the answer; it goes away once that letter has left."""
        keeper = letter.company_id.dunning_responsible_id or letter.user_id
        if not keeper:
            return
        env = letter.with_context(lang=keeper.lang, tz=keeper.tz).env
        letter.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=env._("Letters by mail wait"),
            note=env._(
                "%(answer)s This is about us and not about an address, so all letters of %(company)s that go over this "
                "mail server wait. They go on by themselves at %(time)s; once the cause is mended, Send now takes them "
                "earlier.",
                answer=escape(text),  # as the mail server said it, never its markup
                company=escape(letter.company_id.name),
                time=format_datetime(env, when, dt_format="short"),
            ),
            user_id=keeper.id,
        )

    # -- a ceiling ------------------------------------------------------------------------------------------------

    @api.model
    def _over_ceiling(self, letters):
        """Those of these letters that are more than their company lets leave by mail now; they are put off.

        Statutory notices come first, then the oldest, over the whole outbox of the company.
        """
        over = letters.browse()
        for company, own in letters.grouped("company_id").items():
            limits = self._limits(company)
            if not limits:
                continue
            left = {window: self._counted(company, window, limit) for limit, window in limits}
            room = max(min(limit - len(left[window]) for limit, window in limits), 0)
            first = self._first(company, own, room)
            held = own.filtered(lambda letter, first=first: letter.id not in first)
            if held:
                when = max(self._free_at(left[window], limit, window, room, len(held)) for limit, window in limits)
                held.mail_id.scheduled_date = when
                self._wake(when)
            over |= held
        return over

    @api.model
    def _limits(self, company):
        """The ceilings that are set: ``[(letters, within)]``."""
        both = (company.dunning_mails_hour, timedelta(hours=1)), (company.dunning_mails_day, timedelta(days=1))
        return [(limit, window) for limit, window in both if limit]

    @api.model
    def _counted(self, company, window, limit):
        """When the letters by mail of this last hour or day were tried, oldest first; the last ones above the limit."""
        domain = [
            ("company_id", "=", company.id),
            ("channel", "=", "email"),
            ("state", "not in", NOT_COUNTED),
            ("is_about_us", "=", False),
            ("started_at", ">", fields.Datetime.now() - window),
        ]
        attempts = self.env["dunning.dispatch"].search(domain, order="started_at desc, id desc", limit=limit)
        return attempts.mapped("started_at")[::-1]

    @api.model
    def _first(self, company, letters, room):
        """The ids of the letters in the outbox that go first, as many as there is room for.

        :param letters: what is to be sent now, also where it was to wait.
        """
        self.env.flush_all()
        query = SQL(
            """
            SELECT l.id
              FROM dunning_letter l JOIN mail_mail m ON m.id = l.mail_id
             WHERE l.company_id = %s AND l.state = 'issued' AND m.state = 'outgoing'
               AND (m.scheduled_date IS NULL OR m.scheduled_date <= %s OR l.id IN %s)
             ORDER BY (l.legal_type = %s) DESC, l.date, l.id
             LIMIT %s
            """,
            company.id,
            fields.Datetime.now(),
            tuple(letters.ids),
            rules.STATUTORY_NOTICE,
            room,
        )
        return {id_ for (id_,) in self.env.execute_query(query)}

    @api.model
    def _free_at(self, left, limit, window, room, waiting):
        """When so many more may leave, or as many of them as one hour or day takes.

        :param left: when those before left, oldest first. :param room: how many leave now.
        """
        times = [*left, *[fields.Datetime.now()] * room]
        free = min(waiting, limit) - (limit - len(times))  # so many have to be out of the window
        moment = times[min(max(free, 1), len(times)) - 1] if times else fields.Datetime.now()
        return moment + window + timedelta(seconds=1)

    @api.model
    def _wake(self, when):
        # sudo: the outbox is the system's
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=when)
