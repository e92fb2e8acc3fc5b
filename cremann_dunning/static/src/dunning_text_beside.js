import { Component, markup, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

// How long nothing was typed before the letter is made anew, in milliseconds.
const PAUSE = 700;
const LIGHTS = { red: "text-bg-danger", amber: "text-bg-warning", green: "text-bg-success" };

/** The letter that the words on the screen make, beside them while they are typed. Nothing of it is kept. */
export class DunningTextBeside extends Component {
    static template = "cremann_dunning.DunningTextBeside";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ ready: false, failed: false });
        const later = useDebounced(() => this.look(), PAUSE);
        onWillUnmount(() => (this.gone = true));
        // what is typed in the editor becomes a value of the record only when somebody asks for it
        const { bus } = this.props.record.model;
        useBus(bus, "FIELD_IS_DIRTY", ({ detail }) => {
            if (detail) {
                later();
            }
        });
        useRecordObserver(({ resId, data }) => {
            const { text_lang, text_tone, text_subject, text_body } = data;
            const words = JSON.stringify([resId, text_lang, text_tone, text_subject, String(text_body || "")]);
            if (this.words !== words) {
                const first = this.words === undefined;
                this.words = words;
                return first ? void this.load() : later();
            }
        });
    }

    async look() {
        if (this.gone) {
            return;
        }
        const proms = [];
        this.props.record.model.bus.trigger("NEED_LOCAL_CHANGES", { proms });
        await Promise.all(proms);
        if (!this.gone && this.words !== this.loaded) {
            await this.load();
        }
    }

    async load() {
        const { resId, data } = this.props.record;
        if (!resId) {
            return;
        }
        const asked = (this.asked = {});
        this.loaded = this.words;
        const typed = data.may_edit_text ? [data.text_subject || "", String(data.text_body || "")] : [];
        try {
            const args = [[resId], data.text_lang, data.text_tone, ...typed];
            const found = await this.orm.silent.call("dunning.level", "read_text_beside", args);
            if (asked === this.asked && !this.gone) {
                Object.assign(this.state, found, { body: markup(found.body || ""), ready: true, failed: false });
            }
        } catch {
            if (asked === this.asked && !this.gone) {
                Object.assign(this.state, { ready: true, failed: true });
            }
        }
    }

    get lightClass() {
        return LIGHTS[this.state.light];
    }
}

registry.category("view_widgets").add("dunning_text_beside", { component: DunningTextBeside });
