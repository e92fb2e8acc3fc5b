from . import (
    ir_actions_report,
    report_dunning_dossier,
    report_dunning_filing,
    report_dunning_statement,
    report_dunning_story,
)
