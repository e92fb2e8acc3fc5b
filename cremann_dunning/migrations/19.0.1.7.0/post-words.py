"""What rates rest on was kept in working notes; shipped records that still hold those name the publication instead.

A source or an article that somebody changed stays. English words inside the articles of Dutch law go with them.
"""

import re

from lxml import etree

from odoo.tools import file_open

NOTES = {
    "Aben & Slag (KB 15-12-2022); rentetool + luxis",
    "Aben & Slag; rentetool + luxis; ECB 2.50+8",
    "Corbus (2013 note: same as both halves of 2012); ECB formula",
    "Corbus (8); Van Ostaeyen; old regime (+7)",
    "Corbus (8.5); ECB formula",
    "Corbus (H2 2011 rose by 0.5 to 8.5); ECB formula",
    "Dutch Wikipedia; Metaalunie (7-2024); rentetool + luxis",
    "Dutch Wikipedia; rentetool + luxis; ECB 4.50+8",
    "ECB 1.00+7 rounded up",
    "ECB 2.40 (17-6-2026)+8; Rijksoverheid text quoted in Apartsalan/luxis S230 (20-7-2026); Italian D.Lgs 231/2002 table (10.40)",  # noqa: E501
    "Embuild (10.50, unchanged); ECB formula",
    "Embuild (Moniteur, 4.5)",
    "Embuild (unchanged 10.50); ECB formula",
    "ForumForTheFuture/FPS Finance (12.5); Schoups; ECB formula",
    "Lydian table 2013-2023; Kluwer immospector 2008-2023; elfri 2007-2018; Vynck-Leys until 2015; Corbus 2013",
    "Medenam (12.5); Schoups; ECB formula",
    "Metaalunie; rentetool + luxis tables; ECB 4.25+8",
    "Moniteur notice 2023041019 (10.5); Schoups; Lydian; Rawlings Giles",
    "Moniteur notice n2012003232 (8); ECB formula",
    "Rijksoverheid (2.00, undated copy); rentetool + luxis",
    "Rijksoverheid via luxis; two 2026 tax/ZZP sites in public repos (10.15); Italian table",
    "Schoups 9-8-2023 (12); ECB formula",
    "Schoups via leuropeinfo (11.5); ECB formula",
    "Schoups via leuropeinfo (4.5); Embuild (unchanged)",
    "Schoups via leuropeinfo (5.75)",
    "Van Ostaeyen table and/or Wolters Kluwer (8% since H2 2016); ECB formula",
    "Van Ostaeyen; PC Advocaten (9); contracts concluded from 16-3-2013",
    "Watsonlaw; rentetool + luxis",
    "Watsonlaw; rentetool + luxis; ECB 4.00+8",
    "derived: ECB 2.40+8=10.40 rounded up to the next half point (art. 5 law 2-8-2002); no Belgian publication seen",
    "elfri; Vynck-Leys bailiffs (3.25); Kluwer immospector prints 3.5 (outlier)",
    "iQount/Fiscount; rentetool + luxis",
    "luxis (Rijksoverheid 20-7-2026: still 4%); AMvB 10-12-2025 in a public repo audit (15-7-2026); ZZP FAQ 2026",
    "rentetool + luxis tables",
    "rentetool + luxis tables; ECB 1.25+7; Belgian H2 2011 8.5 fits; Vd Kraan prints 8.0 for all of 2011-2012 (outlier)",  # noqa: E501
    "rentetool + luxis tables; Italian table; ECB 2.15+8",
    "rentetool + luxis tables; Italian table; ECB 3.15+8",
    "rentetool + luxis tables; formula 6:120 lid 2 BW on ECB rate",
    "rentetool + luxis tables; formula 6:120 lid 2 BW on ECB rate; Bierens",
    "rentetool + luxis tables; formula 6:120 lid 2 BW on ECB rate; Vd Kraan (2007-2013 table)",
}
NOTE = re.compile(r"confirmed by \d\+? ?sources?( \+ ECB formula| and the ECB formula)?$|.*ECB formula$")
ARTICLES = {
    "art. 6:119a, 6:119b and 6:120 BW", "art. 6:119 and 6:120 BW", "art. 2 law of 5 May 1865",
    "art. 5 law of 2 August 2002", "Directive 2011/7/EU", "Directive 2011/7/EU (does not cover consumers)",
}  # fmt: skip
FILES = ("dunning_interest_rate_data.xml", "dunning_regime_data.xml")


def migrate(cr, version):
    """Write the shipped words of today over those of before."""
    if not version:
        return
    for name, shipped in _shipped():
        cr.execute("SELECT model, res_id FROM ir_model_data WHERE module = 'cremann_dunning' AND name = %s", [name])
        found = cr.fetchone()
        if not found:
            continue
        if found[0] == "dunning.interest.rate":
            cr.execute("SELECT source, verification_note FROM dunning_interest_rate WHERE id = %s", [found[1]])
            source, note = cr.fetchone() or (None, None)
            if source in NOTES:
                cr.execute(
                    "UPDATE dunning_interest_rate SET source = %s, verification_note = %s WHERE id = %s",
                    [shipped["source"], None if NOTE.match(note or "") else note, found[1]],
                )
        elif found[0] in ("dunning.interest.table", "dunning.regime"):
            cr.execute(
                f"UPDATE {found[0].replace('.', '_')} SET article = %s WHERE id = %s AND article = ANY(%s)",
                [shipped.get("article"), found[1], list(ARTICLES)],
            )


def _shipped():
    """The records of today: pairs of their name and ``{field: text}``."""
    for name in FILES:
        with file_open(f"cremann_dunning/data/{name}", "rb") as file:
            for record in etree.parse(file).iter("record"):
                yield record.get("id"), {field.get("name"): field.text for field in record.iter("field")}
