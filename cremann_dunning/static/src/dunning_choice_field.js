import { registry } from "@web/core/registry";
import {
    BadgeSelectionField,
    badgeSelectionField,
} from "@web/views/fields/badge_selection/badge_selection_field";

/** A row of badges of which one is always chosen, and which takes effect at once: the server answers with what it shows. */
export class DunningChoiceField extends BadgeSelectionField {
    onChange(value) {
        if (value !== this.value) {
            this.props.record.update({ [this.props.name]: value }, { save: true });
        }
    }
}

registry.category("fields").add("dunning_choice", { ...badgeSelectionField, component: DunningChoiceField });
