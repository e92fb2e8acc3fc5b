import { registry } from "@web/core/registry";
import { url } from "@web/core/utils/urls";
import { PdfViewerField, pdfViewerField } from "@web/views/fields/pdf_viewer/pdf_viewer_field";

/** Odoo's viewer keeps showing the first document of a record; this one shows another one when its stamp changes. */
export class DunningPdfField extends PdfViewerField {
    static template = "cremann_dunning.DunningPdfField";

    get urlFile() {
        const { resModel, resId, data } = this.props.record;
        return url("/web/content", { model: resModel, field: this.props.name, id: resId, unique: data.stamp });
    }
}

registry.category("fields").add("dunning_pdf", { ...pdfViewerField, component: DunningPdfField });
