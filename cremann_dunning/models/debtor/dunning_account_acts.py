import secrets

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, consteq, format_date, hmac

from ...engine.rules import HANDOVER
from ...tools import typed, uploads
from ..dunning_inside import Inside, inside
from .dunning_page_act import KINDS

# Fields of the forms whose values are kept when something in them is wrong; a file is chosen anew.
KEPT = ("items", "item", "date", "count", "interval", "extent", "amount", "reason", "what", "words")
# So many acts of one debtor in a day are those of a person.
MOST_A_DAY = 20


class FormError(UserError):
    """What a debtor filled in cannot be done: a sentence for each field, to be shown beside it. That of ``form`` is
    about all of it."""

    def __init__(self, **by_field):
        super().__init__(" ".join(str(sentence) for sentence in by_field.values()))
        self.by_field = {name: str(sentence) for name, sentence in by_field.items()}


class DunningAccountActs(models.AbstractModel):
    """What a debtor does on his page besides paying. Each act is checked against what this visitor may see, does what
    it does in one transaction, and comes in at the desk."""

    _name = "dunning.account.acts"
    _description = "Acts of debtors on their page"

    @api.model
    def _do(self, visit, kind, form, files=(), who=None):
        """Do what a form asks for.

        :param form: what was filled in, by name; texts, and a list of texts for ``items``. :param files: ``(name,
            bytes)`` as they came. :param who: ``address`` he comes from, and
            ``login``, the id of his contact where he came with one.
        :return: what to tell the debtor, in his language. :raises FormError: it cannot be done, and why.
        """
        this = self._of(visit).with_context(dunning_login=Inside((who or {}).get("login")))
        if kind not in dict(KINDS):
            raise FormError(form=this.env._("This form is not known. Open the page once more."))
        nonce = this._checked_token(visit, kind, form.get("token"))
        case = this.env["dunning.case"]._for_partners(visit.partner, visit.company, create=True)
        this._one_at_a_time(case)
        acts = this.env["dunning.page.act"]
        if earlier := acts.search([("token", "=", nonce)]):
            return earlier.answer
        this._check_many(case)
        checked = this._checked_files(files)
        vals = getattr(this, f"_do_{kind}")(visit, case, form, checked, who or {})
        head = {"case_id": case.id, "kind": kind, "token": nonce, "letter_id": visit.letter.id}
        acts.create({**head, "done_on": visit.company._dunning_today(), **vals})
        return vals["answer"]

    @api.model
    def _of(self, visit):
        """This service as the system, in the company and the language of the visit."""
        # sudo: a debtor has no rights here; everything he does is checked against what his visit lets him see
        return self.sudo().with_company(visit.company).with_context(lang=visit.lang)

    @api.model
    def _one_at_a_time(self, case):
        """Of two acts of one debtor at the same moment the second begins anew, and finds what the first has done."""
        self.env.cr.execute(SQL("UPDATE dunning_case SET id = id WHERE id = %s", case.id))

    @api.model
    def _check_many(self, case):
        acts = self.env["dunning.page.act"]
        today = acts.search_count([("case_id", "=", case.id), ("done_on", "=", case.company_id._dunning_today())])
        if today >= MOST_A_DAY:
            raise FormError(
                form=self.env._(
                    "You have sent us a lot today, and we have all of it. Please call us for anything more."
                )
            )

    # -- a form is sent once ------------------------------------------------------------------------------------------

    @api.model
    def _new_token(self, visit, kind):
        """What stands in a form so that it counts once: a random part, and that it is ours and of this visitor."""
        nonce = secrets.token_hex(16)
        return f"{nonce}-{self._sign(visit, kind, nonce)}"

    @api.model
    def _sign(self, visit, kind, nonce):
        of = (visit.company.id, visit.partner.id, visit.key.id, kind, nonce)
        return hmac(self.sudo().env, "dunning.account.acts", of)  # sudo: the secret of the database

    @api.model
    def _checked_token(self, visit, kind, token):
        nonce, _mark, sign = (token or "").partition("-")
        if not sign.isascii() or not consteq(sign, self._sign(visit, kind, nonce)):
            raise FormError(
                form=self.env._("This form is no longer valid. Open the page once more and fill it in again.")
            )
        return nonce

    # -- what every act checks ----------------------------------------------------------------------------------------

    @api.model
    def _checked_files(self, files):
        """``[(safe name, bytes)]``; a form without a file sends an empty one.

        :raises FormError: why one is not kept.
        """
        given = [(name, content) for name, content in files if name or content]
        if len(given) > 1:
            raise FormError(file=self.env._("Send one file at a time."))
        checked = []
        for name, content in given:
            try:
                safe, _mimetype = uploads.check(name, content)
            except ValueError as error:
                raise FormError(file=self._file_refused(error.args[0])) from error
            checked.append((safe, content))
        return checked

    @api.model
    def _file_refused(self, code):
        most = uploads.LARGEST // (1024 * 1024)
        return {
            "empty": self.env._("The file is empty. Choose another one."),
            "too_big": self.env._("The file is larger than %s MB. Choose a smaller one, or a photo of it.", most),
            "script": self.env._(
                "The file contains a program, which we do not accept. Make a PDF or a photo of it anew."
            ),
            "archive": self.env._(
                "The file contains other files, which we do not accept. Choose a plain PDF or a photo."
            ),
            "bomb": self.env._("The file is too large when it is opened. Choose a smaller one."),
            "broken": self.env._("The file cannot be opened. Choose another one."),
        }.get(code, self.env._("Only a PDF or a photo (JPEG or PNG) can be sent."))

    @api.model
    def _items(self, visit, ids):
        """The open items with these ids, of what this visitor may see. :raises FormError: none, or others."""
        numbers = {typed.number(one) for one in ids or ()}
        found = visit.items().filtered(lambda item: item.id in numbers and item.amount_residual_currency > 0)
        if not numbers:
            raise FormError(items=self.env._("Choose the invoices that it is about."))
        if len(found) != len(numbers):
            raise FormError(
                items=self.env._(
                    "One of the invoices that you chose is not open any more: it was paid, credited or withdrawn in "
                    "the meantime. Please choose again."
                )
            )
        return found

    @api.model
    def _moves(self, visit, case, form, field="items"):
        """The invoices of a form about which something may be said now. :raises FormError: why not."""
        ids = form.get("items") if field == "items" else [form.get(field)] if form.get(field) else []
        try:
            moves = self._items(visit, ids).move_id
        except FormError as error:
            raise FormError(**{field: error.by_field["items"]}) from error
        if why := self._with_others(case, moves) or self._said_already(case, moves):
            raise FormError(form=why)
        return moves

    @api.model
    def _with_others(self, case, moves):
        """Why these invoices are no longer between us and the debtor; an empty text when they are."""
        insolvent = self.env["dunning.insolvency"]._of(case.partner_id, case.company_id)
        if insolvent:
            return self.env._("This is dealt with in the insolvency. Please contact us.")
        # sudo: that a claim is with a party, for the debtor himself
        frozen = self.env["dunning.handover.claim"].sudo()._frozen(moves, case.partner_id)
        if frozen:
            number = ", ".join(frozen.claim_id.move_id._dunning_numbers(case.partner_id))
            party = frozen[0].handover_id._whom_to_pay()
            return self.env._(
                "%(number)s was handed over to %(party)s. Please contact them.", number=number, party=party
            )
        line = self.env["dunning.letter.line"].search(
            [
                ("move_id", "in", moves.ids),
                ("state", "=", "sent"),
                ("principal_part", "=", True),
                ("letter_id.legal_type", "=", HANDOVER),
                ("letter_id.handover_ids", "=", False),  # of those the claim itself says whether it is with a party
            ],
            limit=1,
        )
        if not line:
            return ""
        number = ", ".join(line.move_id._dunning_numbers(case.partner_id))
        if party := case.company_id.dunning_handover_party:
            return self.env._(
                "%(number)s was handed over to %(party)s. Please contact them.", number=number, party=party
            )
        return self.env._("%s was handed over. Please contact us.", number)

    @api.model
    def _said_already(self, case, moves):
        """What was agreed or said about one of these invoices and still holds; an empty text for nothing. Others that
        it is about as well are not named: whoever has the key of one letter need not know of them."""

        def about(record):
            return not record._named() or record.move_ids & moves

        def named(record):
            return ", ".join(((record.move_ids & moves) or moves)._dunning_numbers(case.partner_id))

        own = [("case_id", "=", case.id)]
        for plan in self.env["dunning.payment.plan"].search([*own, ("state", "=", "active")]).filtered(about)[:1]:
            return self.env._(
                "You already pay %s in instalments. Please ask a question if that has to change.", named(plan)
            )
        for promise in self.env["dunning.promise"].search([*own, ("state", "=", "open")]).filtered(about)[:1]:
            return self.env._(
                "It was agreed that you pay %(what)s on %(date)s at the latest. Please ask a question if that has to "
                "change.",
                what=named(promise),
                date=format_date(self.env, promise.date, date_format="d MMMM y"),
            )
        disputes = self.env["dunning.dispute"].search([*own, ("state", "=", "open"), ("amount", "=", 0)])
        for dispute in disputes.filtered(about)[:1]:
            return self.env._(
                "You told us that %s is not right. We look into that first; you need not do anything until you "
                "hear from us.",
                named(dispute),
            )
        waiting = [*own, ("state", "=", "waiting"), ("move_ids", "in", moves.ids)]
        for act in self.env["dunning.page.act"].search(waiting, limit=1):
            return self.env._("Your proposal about %s is with us. You hear from us first.", named(act))
        return ""

    @api.model
    def _words(self, form, wanted):
        """What the debtor wrote. :param wanted: what is said when he wrote nothing; None where he need not."""
        words = typed.words(form.get("words"))
        if wanted and not words:
            raise FormError(words=wanted)
        return words

    # -- what every act does ------------------------------------------------------------------------------------------

    @api.model
    def _at_the_desk(self, visit, reason, subject, text, **more):
        """The message as it comes in at the desk. :param more: ``moves``, ``files``, ``holds``."""
        desk = self.env["dunning.desk"].with_context(lang=visit.company._dunning_lang())
        login = inside(self.env, "dunning_login")
        return desk._take_in(
            visit.company,
            visit.partner,
            source="page",
            reason=reason,
            subject=subject,
            text=text,
            letter=visit.letter or None,
            contact=desk.env["res.partner"].browse(login) if login else None,
            **more,
        )

    @api.model
    def _inside(self, visit):
        """The environment of those who work here: what they read is in their language."""
        return self.with_context(lang=visit.company._dunning_lang()).env

    @api.model
    def _about(self, case, moves):
        """Values of an act about these invoices."""
        return {
            "move_ids": [Command.set(moves.ids)],
            "numbers": ", ".join(moves._dunning_numbers(case.partner_id)),
        }

    @api.model
    def _one_currency(self, moves):
        if len(moves.currency_id) > 1:
            raise FormError(items=self.env._("These invoices are in several currencies. Choose those of one currency."))
        return moves.currency_id

    @api.model
    def _form(self):
        """What came back with something wrong in it: ``(kind, values, errors)``; nothing in a fresh page."""
        return inside(self.env, "dunning_form") or (None, {}, {})
