import { useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { url } from "@web/core/utils/urls";
import { PdfViewerField, pdfViewerField } from "@web/views/fields/pdf_viewer/pdf_viewer_field";

/** Odoo's viewer keeps showing the first document of a record; this one shows another one when its stamp changes. */
export class DunningPdfField extends PdfViewerField {
    static template = "cremann_dunning.DunningPdfField";

    setup() {
        super.setup();
        const hotkey = useService("hotkey");
        // whoever has clicked in the document types there: the keys of the screen are heard in its frame as well
        useEffect(
            (frame) => {
                const listen = () => hotkey.registerIframe(frame);
                frame?.addEventListener("load", listen);
                return () => frame?.removeEventListener("load", listen);
            },
            () => [this.iframeViewerPdfRef.el]
        );
    }

    get urlFile() {
        const { resModel, resId, data } = this.props.record;
        return url("/web/content", { model: resModel, field: this.props.name, id: resId, unique: data.stamp });
    }
}

registry.category("fields").add("dunning_pdf", { ...pdfViewerField, component: DunningPdfField });
