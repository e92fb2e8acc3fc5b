"""The short Belgian periods of old art. 2272 are not interrupted by a payment without words."""


def migrate(cr, version):
    """Only where the rule is the one that we shipped, and nothing twice."""
    if version:
        cr.execute(
            "UPDATE dunning_regime SET limitation_rule = 'be_writing'"
            " WHERE limitation_rule = 'be' AND limitation_article LIKE '%2272 oud BW%'"
        )
