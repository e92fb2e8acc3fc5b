import { Component, toRaw, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, toLocaleDateString, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ICONS = {
    letter: "fa-envelope-o",
    answer: "fa-reply",
    agreement: "fa-handshake-o",
    dispute: "fa-exclamation-circle",
    contact: "fa-phone",
    hold: "fa-pause-circle-o",
    charge: "fa-percent",
    ledger: "fa-eur",
    end: "fa-gavel",
    rules: "fa-cog",
    debtor: "fa-user-o",
    chain: "fa-link",
};

/** What is planned and what was done, newest on top, of the record that the form shows. */
export class DunningStory extends Component {
    static template = "cremann_dunning.DunningStory";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ planned: [], done: [], more: false, claims: [], families: [], claim: "", family: "", ready: false });
        useRecordObserver((record) => {
            const data = toRaw(record.data); // another object each time it was read, and the same one while it is edited
            if (this.shown !== data) {
                this.shown = data;
                return this.load(0, record);
            }
        });
    }

    async load(offset = 0, { resModel, resId } = this.props.record) {
        if (!resId) {
            return;
        }
        const asked = (this.asked = {});
        const { claim, family } = this.state;
        const story = await this.orm.call("dunning.story", "read_story", [resModel, resId, Number(claim) || false, family || false, offset]);
        if (asked !== this.asked) {
            return; // something else was asked for in the meantime
        }
        const { planned, done, more, claims, families } = story;
        Object.assign(this.state, { more, claims, ready: true });
        if (offset) {
            this.state.done.push(...done);
        } else {
            Object.assign(this.state, { planned, done });
        }
        if (!claim) {
            this.state.families = families;
        }
    }

    icon(line) {
        return ICONS[line.family] || "fa-circle-o";
    }

    when(line) {
        // as lists and forms of Odoo write them
        if (line.moment) {
            return toLocaleDateTimeString(deserializeDateTime(line.moment));
        }
        return line.day ? toLocaleDateString(deserializeDate(line.day)) : "";
    }

    onClaim(ev) {
        this.state.claim = ev.target.value;
        this.load();
    }

    onFamily(ev) {
        this.state.family = ev.target.value;
        this.load();
    }

    onMore() {
        this.load(this.state.done.length);
    }

    onOpen(line) {
        this.action.doAction({ type: "ir.actions.act_window", res_model: line.model, res_id: line.id, views: [[false, "form"]] });
    }
}

registry.category("view_widgets").add("dunning_story", { component: DunningStory });
