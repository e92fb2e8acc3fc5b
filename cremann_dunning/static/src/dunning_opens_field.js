import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A number that opens what it counts: the server says which list. Nought opens nothing. */
export class DunningOpensField extends Component {
    static template = "cremann_dunning.DunningOpensField";
    static props = { ...standardFieldProps, method: { type: String } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        return `${this.props.record.fields[this.props.name].string}: ${this.value}`;
    }

    async onClick() {
        const { resModel, resId } = this.props.record;
        await this.action.doAction(await this.orm.call(resModel, this.props.method, [[resId]]));
    }
}

registry.category("fields").add("dunning_opens", {
    component: DunningOpensField,
    supportedTypes: ["integer"],
    extractProps: ({ options }) => ({ method: options.method }),
});
