import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const LIGHTS = { good: "fa-check-circle text-success", warning: "fa-exclamation-circle text-warning", danger: "fa-times-circle text-danger" };

/** The landing page. Each number opens what it counts; what a button does is said by the server. */
export class DunningToday extends Component {
    static template = "cremann_dunning.DunningToday";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ page: false, everything: false });
        onWillStart(() => this.load());
        onMounted(() => {
            if (this.page.set_up && this.page.set_up.may && !this.props.action.context.dunning_stay) this.setUp();
        });
    }

    /** The first run, in the place of a page on which nothing stands yet. */
    async setUp() {
        const action = await this.orm.call("dunning.set.up.wizard", "action_open", [this.page.company]);
        return this.action.doAction(action, { stackPosition: "replaceCurrentAction" });
    }

    async load(company = false, everything = this.state.everything) {
        this.state.page = await this.orm.call("dunning.today", "read_today", [company, everything]);
        this.state.everything = everything;
    }

    /** All rows; of very many the rest stands in the list of decisions. */
    onMore() {
        return this.state.everything ? this.open("attention") : this.load(this.page.company, true);
    }

    get page() {
        return this.state.page;
    }

    icon(light) {
        return LIGHTS[light.tone];
    }

    onCompany(ev) {
        return this.load(Number(ev.target.value));
    }

    async open(key) {
        await this.do(await this.orm.call("dunning.today", "action_open", [key, this.page.company]));
    }

    openCase(row) {
        return this.openForm("dunning.case", row.case);
    }

    openForm(model, id) {
        return this.action.doAction({ type: "ir.actions.act_window", res_model: model, res_id: id, views: [[false, "form"]] });
    }

    async onButton(row) {
        await this.do(await this.orm.call(row.model, row.method, [[row.id]]));
    }

    /** What was done in a window shows at once. */
    do(action) {
        return this.action.doAction(action, { onClose: () => this.load(this.page.company) });
    }
}

/** One click from wherever somebody is. */
export class DunningTodaySystray extends Component {
    static template = "cremann_dunning.DunningTodaySystray";
    static props = {};

    setup() {
        this.action = useService("action");
        this.state = useState({ shown: false });
        onWillStart(async () => {
            this.state.shown = await user.hasGroup("cremann_dunning.group_dunning_user");
        });
    }

    open() {
        return this.action.doAction("cremann_dunning.dunning_today_action", { clearBreadcrumbs: true });
    }
}

registry.category("systray").add("cremann_dunning.today", { Component: DunningTodaySystray }, { sequence: 30 });
registry.category("actions").add("dunning_today", DunningToday);
