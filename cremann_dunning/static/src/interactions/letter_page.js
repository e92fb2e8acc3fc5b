import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

// So long the letter has to stand on a screen. Programs that look at links in mails are gone by then.
const SECONDS = 2;

/** Reports that a debtor has a dunning letter in front of him. */
export class DunningLetterPage extends Interaction {
    static selector = ".o_dunning_page[data-opened-url]";
    dynamicContent = {
        _document: { "t-on-visibilitychange": this.wait },
    };

    start() {
        this.wait();
    }

    wait() {
        if (this.reported || document.visibilityState !== "visible") {
            return;
        }
        this.waitForTimeout(() => this.report(), SECONDS * 1000);
    }

    async report() {
        if (this.reported || document.visibilityState !== "visible") {
            return;
        }
        this.reported = true;
        const { openedUrl, accessToken } = this.el.dataset;
        // Evidence for the sender, nothing that the reader waits for: when it fails, the page is none the worse.
        await rpc(openedUrl, { access_token: accessToken }, { silent: true }).catch(() => {});
    }
}

registry.category("public.interactions").add("cremann_dunning.letter_page", DunningLetterPage);
