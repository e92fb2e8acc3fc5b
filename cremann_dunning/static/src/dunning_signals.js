import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What stands out about a debtor, an icon each, its words on hovering and for who does not see it. */
export class DunningSignals extends Component {
    static template = "cremann_dunning.DunningSignals";
    static props = { ...standardFieldProps };

    get signals() {
        return this.props.record.data[this.props.name] || [];
    }
}

/** The points of a debtor with a bar, and on hovering what they are made of. */
export class DunningPriority extends Component {
    static template = "cremann_dunning.DunningPriority";
    static props = { ...standardFieldProps };

    get points() {
        return this.props.record.data[this.props.name] || 0;
    }

    get words() {
        return this.props.record.data.priority_words || "";
    }

    get share() {
        return Math.min(this.points, 100);
    }

    get tone() {
        return this.points >= 60 ? "bg-danger" : this.points >= 25 ? "bg-warning" : "bg-info";
    }
}

registry.category("fields").add("dunning_signals", { component: DunningSignals, supportedTypes: ["json"] });
registry.category("fields").add("dunning_priority", {
    component: DunningPriority,
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "priority_words", type: "char" }],
});

/** The steps of each procedure: done, next and later, with their day. */
export class DunningLadder extends Component {
    static template = "cremann_dunning.DunningLadder";
    static props = { ...standardFieldProps };

    get ladders() {
        return this.props.record.data[this.props.name] || [];
    }
}

/** How late the debtor paid, a bar a month, and what became of promises and disputes. */
export class DunningBehaviour extends Component {
    static template = "cremann_dunning.DunningBehaviour";
    static props = { ...standardFieldProps };

    get found() {
        return this.props.record.data[this.props.name] || false;
    }

    height(month) {
        const most = Math.max(1, ...this.found.months.map(({ days }) => days || 0));
        return Math.round(((month.days || 0) / most) * 100);
    }
}

registry.category("fields").add("dunning_ladder", { component: DunningLadder, supportedTypes: ["json"] });
registry.category("fields").add("dunning_behaviour", { component: DunningBehaviour, supportedTypes: ["json"] });
