import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";
import { PaymentForm } from "@payment/interactions/payment_form";

/** A letter whose amount has changed since its page was opened: once the debtor has read so, the page comes anew. */
patch(PaymentForm.prototype, {
    _displayErrorDialog(title, errorMessage = "") {
        if (!this.paymentContext.transactionRoute?.startsWith("/my/dunning/")) {
            return super._displayErrorDialog(...arguments);
        }
        this.services.dialog.add(
            ConfirmationDialog,
            { title, body: errorMessage },
            { onClose: () => window.location.reload() }
        );
    },
});
