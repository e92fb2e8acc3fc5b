"""The debtors of the two firms and what happened with their invoices. Nobody here exists.

Days count from today: -12 is twelve days ago, 1 is tomorrow. Dunning runs were made 30, 20 and 10 days ago and one is
made today (see `RUNS`), so the due date alone tells which letter an invoice gets today:

    due day        Netherlands, and Belgian businesses     Belgian consumers           other countries
    -1 .. -9       reminder                                first reminder (from -3)    reminder (from -3)
    -11 .. -19     second reminder                         term of 14 days running     second reminder
    -21 .. -29     notice of default, or 14-day letter     second reminder             formal notice
    before that    at the end of the procedure             at the end of the procedure
"""

from dataclasses import dataclass

RUNS = (-30, -20, -10)
# One more, three days ago, for a single debtor: the bookkeeper sent the next letter from the invoice list.
SINGLE_RUN = -3


@dataclass(frozen=True)
class Event:
    """Something that happened to an invoice: `part` of its total was paid by bank, paid by hand or credited."""

    how: str
    day: int
    part: float = 1.0


@dataclass(frozen=True)
class Hold:
    """A pause, set on `day`, up to and including `until`."""

    day: int
    until: int
    reason: str


@dataclass(frozen=True)
class Bill:
    """An invoice for a job, due on a day. `times` makes the job bigger or smaller."""

    job: str
    due: int
    events: tuple[Event, ...] = ()
    term: str = ""
    times: float = 1.0
    currency: str = "EUR"
    kind: str = ""
    sent: bool = True
    followed: bool = True
    hold: Hold | None = None


@dataclass(frozen=True)
class Debtor:
    """A customer: who it is by the evidence in Odoo, and its invoices. `paid` older ones are settled already."""

    firm: str
    name: str
    address: str
    bills: tuple[Bill, ...] = ()
    email: str = ""
    company: bool = True
    country: str = "NL"
    lang: str = "nl_NL"
    vat: str = ""
    registry: str = ""
    kind: str = ""
    paid: int = 1
    hold: Hold | None = None
    # money from the debtor that was booked on no invoice: (day, amount)
    unallocated: tuple[int, float] = ()
    # a receipt on the bank statement that nobody has matched yet: (day, amount, text)
    unmatched: tuple[int, float, str] = ()
    single_run: bool = False

    @property
    def term(self) -> str:
        """Businesses get thirty days, everybody else fourteen."""
        return "30" if self.company or self.vat else "14"

    @property
    def phone(self) -> str:
        """Of businesses in both countries; no such numbers are given out."""
        number = sum(map(ord, self.name)) % 10000
        area = {"NL": "+31 30", "BE": "+32 9"}.get(self.country) if self.company else None
        return f"{area} 000 {number // 100:02d} {number % 100:02d}" if area else ""


def bank(day: int, part: float = 1.0) -> Event:
    """Paid by transfer, matched on the bank statement."""
    return Event("bank", day, part)


def by_hand(day: int, part: float = 1.0) -> Event:
    """Paid, registered on the invoice."""
    return Event("payment", day, part)


def credited(day: int, part: float = 1.0) -> Event:
    """Credited, and the credit note reconciled with the invoice."""
    return Event("credit", day, part)


def credit_open(day: int, part: float = 1.0) -> Event:
    """Credited by a credit note that nobody has reconciled with the invoice yet."""
    return Event("open credit", day, part)


VAN_DALEN_DEBTORS = (
    # -- businesses that pay, some of them late
    Debtor("nl", "Bakkerij De Gouden Aar B.V.", "Twijnstraat 310|3511 ZR|Utrecht", (
        Bill("vents", 1), Bill("contract", 12), Bill("legionella", -4, (bank(-5),)),
    ), "info@degoudenaar.example", vat="NL999701381B01", paid=4),
    Debtor("nl", "Bitwerk Software B.V.", "Europalaan 901|3526 KS|Utrecht", (
        Bill("airco", -38, (bank(-5),)), Bill("lights", 5),
    ), "crediteuren@bitwerk.example", vat="NL999702762B01", paid=2),
    Debtor("nl", "Slagerij Van Rooijen", "Amsterdamsestraatweg 702|3555 HX|Utrecht", (
        Bill("coldroom", -24, (bank(-16),), times=0.6), Bill("boiler", 0),
    ), "slagerij@vanrooijen.example", vat="NL999704138B01", paid=3),
    Debtor("nl", "Tandartspraktijk Zuilen B.V.", "Marnixlaan 411|3552 HV|Utrecht", (
        Bill("airco", -15, (by_hand(-12),)), Bill("contract", 3),
    ), "praktijk@tandartszuilen.example", vat="NL999705519B01", paid=3),
    Debtor("nl", "Zorgcentrum De Linde", "Lindelaan 88|3571 EN|Utrecht", (
        Bill("lights", -6, (bank(-6),)), Bill("legionella", 8), Bill("heatpump", 17),
    ), "facturen@zorgdelinde.example", registry="00418820", paid=4),
    # -- businesses that do not
    Debtor("nl", "Hotel De Singelhof B.V.", "Wittevrouwensingel 188|3514 AL|Utrecht", (
        Bill("airco", -26), Bill("lights", -12), Bill("contract", -3),
    ), "boekhouding@singelhof.example", vat="NL999706895B01", paid=2),
    Debtor("nl", "Restaurant Het Veerhuis V.O.F.", "Nedereindseweg 640|3437 BN|Nieuwegein", (
        Bill("kitchen", -27, (bank(-6, 0.4),)),
    ), "info@veerhuis.example", vat="NL999708272B01", paid=2),
    Debtor("nl", "Vastgoedbeheer Oudegracht B.V.", "Oudegracht 920|3511 PS|Utrecht", (
        Bill("heatpump", -15, term="30/70", times=2), Bill("contract", -1),
    ), "beheer@vgoudegracht.example", vat="NL999709653B01", paid=2),
    Debtor("nl", "Kantoorpand Rijnsweerd B.V.", "Archimedeslaan 55|3584 BG|Utrecht", (
        Bill("solar", -13, (bank(-26, 0.3),), term="30/70", times=3),
    ), "facilitair@rijnsweerd.example", vat="NL999711027B01", paid=2),
    Debtor("nl", "Garage Lunetten B.V.", "Furkaplateau 310|3524 ZH|Utrecht", (
        Bill("fusebox", -15, (credit_open(-4),)),
    ), "garage@lunetten.example", vat="NL999712408B01"),
    Debtor("nl", "Schilderwerken Terlouw B.V.", "Tractieweg 210|3534 AR|Utrecht", (
        Bill("toilets", -14, (credit_open(-6, 0.35),)),
    ), "administratie@terlouw.example", vat="NL999713784B01"),
    Debtor("nl", "Drukkerij Maas & Zoon B.V.", "Savannahweg 771|3542 AW|Utrecht", (
        Bill("lights", -16),
    ), "bounce@maas-drukkerij.example", vat="NL999715161B01", paid=2),
    Debtor("nl", "Transportbedrijf Van Wijk B.V.", "Proostwetering 903|3543 AC|Utrecht", (
        Bill("breakdown", -5, times=2),
    ), "bounce.administratie@vanwijk.example", vat="NL999716542B01"),
    Debtor("nl", "Architectenbureau Lijn Acht B.V.", "Vleutenseweg 820|3532 HA|Utrecht", (
        Bill("vents", -44), Bill("contract", -34),
    ), "bureau@lijnacht.example", vat="NL999717923B01"),
    Debtor("nl", "Fysiotherapie Wittevrouwen B.V.", "Biltstraat 640|3572 BD|Utrecht", (
        Bill("leak", -18, hold=Hold(-14, 10, "Lekkage kwam terug; herstel is ingepland")), Bill("contract", -7),
    ), "fysio@wittevrouwen.example", vat="NL999719300B01"),
    Debtor("nl", "Kinderopvang De Klimboom B.V.", "Rijnlaan 512|3522 BN|Utrecht", (
        Bill("toilets", -25), Bill("boiler", -6),
    ), "kantoor@deklimboom.example", vat="NL999720685B01",
        hold=Hold(-22, 14, "Directie belt terug over de oplevering")),
    Debtor("nl", "Sportcentrum Overkant B.V.", "Zamenhofdreef 301|3562 JW|Utrecht", (
        Bill("solar", -22, followed=False), Bill("legionella", -4),
    ), "sport@overkant.example", vat="NL999722062B01"),
    Debtor("nl", "Kapsalon Knip & Kleur V.O.F.", "Nachtegaalstraat 712|3581 AB|Utrecht", (
        Bill("gasket", -8),
    ), "salon@knipenkleur.example", vat="NL999723443B01", paid=2),
    Debtor("nl", "Adviesbureau Noorderlicht B.V.", "Maliebaan 908|3581 CV|Utrecht", (
        Bill("airco", -9, sent=False),
    ), "secretariaat@noorderlicht.example", vat="NL999724824B01"),
    Debtor("nl", "Koffiebranderij Zwartwit B.V.", "Cartesiusweg 415|3534 BB|Utrecht", (
        Bill("vents", -7),
    ), "brander@zwartwit.example", vat="NL999726201B01", unallocated=(-5, 180.00)),
    Debtor("nl", "Metaalbewerking Hofstee B.V.", "Isotopenweg 333|3542 AS|Utrecht", (
        Bill("lights", -24, times=2),
    ), vat="NL999727576B01", paid=2),
    Debtor("nl", "Antiquariaat Boekenberg", "", (
        Bill("boiler", -11),
    ), registry="00413391", paid=0),
    Debtor("nl", "Meubelmakerij Houtvast B.V.", "Nijverheidsweg 512|3534 AM|Utrecht", (
        Bill("fusebox", -5), Bill("contract", -2),
    ), "werkplaats@houtvast.example", vat="NL999728957B01", single_run=True),
    # -- sole traders: persons with a number
    Debtor("nl", "Ria Koster", "Balijelaan 602|3521 GV|Utrecht", (
        Bill("boiler", -13), Bill("fusebox", -2),
    ), "ria@bloemenhuisria.example", company=False, vat="NL999801111B21"),
    Debtor("nl", "Teun Admiraal", "Croeselaan 911|3521 BV|Utrecht", (
        Bill("heatpump", -12, kind="consumer", term="14"), Bill("breakdown", -2, term="14"),
    ), "teun@admiraal-loodgieter.example", company=False, registry="00415502"),
    # -- associations and foundations
    Debtor("nl", "Stichting Buurthuis De Haard", "Ondiep 301|3552 CG|Utrecht", (
        Bill("contract", -17),
    ), "bestuur@dehaard.example", registry="00416613", paid=2),
    Debtor("nl", "Voetbalvereniging Groen-Wit '58", "Sportlaan 41|3454 HJ|De Meern", (
        Bill("breakdown", -6), Bill("legionella", 9),
    ), "penningmeester@groenwit58.example", registry="00417724"),
    Debtor("nl", "Vereniging van Eigenaars Maliesingel", "Maliesingel 820|3581 BV|Utrecht", (
        Bill("solar", -21, (bank(-9, 0.5),)),
    ), "vve@maliesingel.example", registry="00418835", paid=2),
    # -- public bodies
    Debtor("nl", "Gemeente Eemkerk", "Raadhuisplein 1|3749 AA|Eemkerk", (
        Bill("lights", -12, times=5), Bill("legionella", 2),
    ), "crediteuren@eemkerk.example", kind="public", paid=4),
    Debtor("nl", "Waterschap Kromme Vliet", "Dijkgraafweg 4|3992 KV|Houten", (
        Bill("contract", 0), Bill("airco", -5, (bank(-1),)),
    ), "facturen@krommevliet.example", kind="public", paid=3),
    # -- consumers, and persons of whom nobody knows
    Debtor("nl", "Anneke Visscher", "Prins Hendriklaan 711|3584 EK|Utrecht", (
        Bill("leak", -26),
    ), "anneke.visscher@post.example", company=False, kind="consumer"),
    Debtor("nl", "Jan Kuiper", "Goeman Borgesiuslaan 402|3515 EK|Utrecht", (
        Bill("fusebox", -23),
    ), company=False, kind="consumer", paid=0),
    Debtor("nl", "Selin Yıldız", "Kanaalstraat 613|3531 CC|Utrecht", (
        Bill("boiler", -14),
    ), "selin.yildiz@post.example", company=False, kind="consumer"),
    Debtor("nl", "Thomas Brandsma", "Merelstraat 502|3514 CS|Utrecht", (
        Bill("breakdown", -5),
    ), "thomas.brandsma@post.example", company=False, paid=0),
    Debtor("nl", "Lotte Hendrikse", "Adriaan van Ostadelaan 714|3583 AT|Utrecht", (
        Bill("heatpump", -28, (bank(-21, 0.5),)), Bill("gasket", -9, times=6),
    ), "lotte.hendrikse@post.example", company=False),
    Debtor("nl", "Emily Carter", "Zonstraat 615|3581 MR|Utrecht", (
        Bill("leak", -13),
    ), "emily.carter@post.example", company=False, lang="en_US"),
    Debtor("nl", "Camille Dubreuil", "Burgemeester Reigerstraat 818|3581 KW|Utrecht", (
        Bill("boiler", -4),
    ), "camille.dubreuil@post.example", company=False, lang="fr_FR", paid=0),
    Debtor("nl", "Karel de Grauw", "Laan van Chartroise 610|3552 EX|Utrecht", (
        Bill("fusebox", -8),
    ), "karel.degrauw@post.example", company=False, kind="consumer",
        unmatched=(-2, 500.00, "eerste deel meterkast, rest volgt")),
    Debtor("nl", "Petra van Leeuwen", "Bosboomstraat 514|3582 KE|Utrecht", (
        Bill("breakdown", -1), Bill("boiler", 0),
    ), "petra.vanleeuwen@post.example", company=False, kind="consumer"),
    Debtor("nl", "Hanneke Smit", "Jan van Scorelstraat 901|3583 CR|Utrecht", (
        Bill("solar", -24, (by_hand(-7),)), Bill("leak", 1),
    ), "hanneke.smit@post.example", company=False, kind="consumer", paid=0),
    # -- abroad
    Debtor("nl", "Müller Gebäudetechnik GmbH", "Emmericher Straße 740|47533|Kleve", (
        Bill("vents", -26, times=2),
    ), "buchhaltung@mueller-gebaeude.example", country="DE", lang="en_US", vat="DE999111223"),
    Debtor("nl", "Harbor Lights Marine Inc.", "2900 Quayside Avenue|33133|Miami", (
        Bill("coldroom", -14, currency="USD"), Bill("gasket", -6, times=20),
    ), "accounts@harborlights.example", country="US", lang="en_US", paid=0),
)  # fmt: skip

PEETERS_DEBTORS = (
    # -- businesses
    Debtor("be", "Interieurbureau Lenaerts NV", "Kortrijksesteenweg 1900|9000|Gent", (
        Bill("reception", -8, (bank(-1),)), Bill("doors", 4), Bill("display", 1),
    ), "crediteuren@lenaerts.example", country="BE", vat="BE0999118707", paid=5),
    Debtor("be", "Brasserie Het Pand BV", "Onderbergen 601|9000|Gent", (
        Bill("counter", -25), Bill("sash", -4),
    ), "zaal@hetpand.example", country="BE", vat="BE0999134246", paid=2),
    Debtor("be", "Studiebureau Vandenbossche BV", "Coupure Links 900|9000|Gent", (
        Bill("bookcase", -14),
    ), "info@studievdb.example", country="BE", vat="BE0999140976", paid=3),
    Debtor("be", "Hôtel du Parc Léopold SRL", "Rue Belliard 990|1040|Bruxelles", (
        Bill("reception", -26), Bill("doors", -12),
    ), "compta@parcleopold.example", country="BE", lang="fr_FR", vat="BE0999155626", paid=2),
    Debtor("be", "Librairie La Page Blanche SRL", "Rue Saint-Paul 880|4000|Liège", (
        Bill("shop", -5),
    ), "libraire@pageblanche.example", country="BE", lang="fr_FR", vat="BE0999167306", paid=2),
    Debtor("be", "Immo Scheldezicht NV", "Kasteelkaai 410|9000|Gent", (
        Bill("doors", -15, term="30/70", times=4),
    ), "facturen@scheldezicht.example", country="BE", vat="BE0999172848", paid=3),
    Debtor("be", "Apotheek Lievekaai BV", "Lievekaai 770|9000|Gent", (
        Bill("display", -22, (bank(-12, 0.25),)),
    ), "apotheek@lievekaai.example", country="BE", vat="BE0999183439", paid=2),
    Debtor("be", "Kunstgalerij Zeno BV", "Sint-Pietersnieuwstraat 950|9000|Gent", (
        Bill("display", -1, times=2),
    ), "galerij@zeno.example", country="BE", vat="BE0999199176", paid=2),
    Debtor("be", "Koffiehuis Mokka BV", "Donkersteeg 333|9000|Gent", (
        Bill("counter", -9, times=0.4),
    ), "mokka@koffiehuis.example", country="BE", vat="BE0999204720",
        unmatched=(-3, 1200.00, "voorschot toog")),
    Debtor("be", "Drankenhandel Segers BV", "Wiedauwkade 614|9000|Gent", (
        Bill("sash", -13, (credit_open(-2),)), Bill("stairs", -42, (credited(-36),)),
    ), "segers@dranken.example", country="BE", vat="BE0999215806"),
    Debtor("be", "Traiteur Wouters BV", "Brusselsepoortstraat 715|9000|Gent", (
        Bill("kitchen", -9),
    ), "bounce@traiteurwouters.example", country="BE", vat="BE0999226395"),
    Debtor("be", "Cabaret De Spiegel BV", "Oudburg 888|9000|Gent", (
        Bill("stairs", -19), Bill("display", -3),
    ), "kassa@despiegel.example", country="BE", vat="BE0999237184",
        hold=Hold(-15, 20, "Afbetaling in drie keer afgesproken met de zaakvoerder")),
    Debtor("be", "Kapper Figaro BV", "Brabantdam 661|9000|Gent", (
        Bill("hinge", -7),
    ), "figaro@kapper.example", country="BE", vat="BE0999248963", paid=2),
    Debtor("be", "Notaris Hoogewijs BV", "Recollettenlei 550|9000|Gent", (
        Bill("bookcase", -36, (bank(-18),)), Bill("table", 0),
    ), "kantoor@hoogewijs.example", country="BE", vat="BE0999259059", paid=2),
    # -- a sole trader, an association, public bodies
    Debtor("be", "Marc Delvaux", "Rue de Fer 770|5000|Namur", (
        Bill("reception", -16, times=0.5),
    ), "cabinet@delvaux.example", company=False, country="BE", lang="fr_FR", vat="BE0999261435"),
    Debtor("be", "Jeugdhuis De Kade vzw", "Voorhavenlaan 412|9000|Gent", (
        Bill("doors", -13, times=0.5),
    ), "jeugdhuis@dekade.example", country="BE", registry="0999.273.214", paid=2),
    Debtor("be", "Stad Ravensberge", "Markt 1|9990|Ravensberge", (
        Bill("shop", -24),
    ), "facturen@ravensberge.example", country="BE", kind="public", paid=3),
    Debtor("be", "Commune de Bellevaux-sur-Lesse", "Place Communale 2|5580|Bellevaux-sur-Lesse", (
        Bill("reception", -8), Bill("table", 14),
    ), "recette@bellevaux.example", country="BE", lang="fr_FR", kind="public", paid=2),
    # -- consumers, and persons of whom nobody knows
    Debtor("be", "Sofie Claeys", "Patijntjestraat 540|9000|Gent", (
        Bill("table", -7),
    ), "sofie.claeys@post.example", company=False, country="BE", kind="consumer"),
    Debtor("be", "Koen Meersman", "Meulesteedsesteenweg 721|9000|Gent", (
        Bill("wardrobe", -18),
    ), "koen.meersman@post.example", company=False, country="BE", kind="consumer"),
    Debtor("be", "Nathalie Lambrecht", "Chaussée de Wavre 1910|1160|Auderghem", (
        Bill("bookcase", -27),
    ), "nathalie.lambrecht@post.example", company=False, country="BE", lang="fr_FR", kind="consumer"),
    Debtor("be", "Jef Verhaegen", "Heernislaan 616|9000|Gent", (
        Bill("stairs", -5),
    ), company=False, country="BE", kind="consumer", paid=0),
    Debtor("be", "Élise Marchand", "Rue du Bailli 720|1050|Ixelles", (
        Bill("table", -9),
    ), "elise.marchand@post.example", company=False, country="BE", lang="fr_FR", paid=0),
    Debtor("be", "Oliver Grant", "Avenue Louise 1650|1050|Bruxelles", (
        Bill("wardrobe", -6, (bank(-8, 0.5),)),
    ), "oliver.grant@post.example", company=False, country="BE", lang="en_US", paid=0),
    Debtor("be", "Tom De Smedt", "Ledebergstraat 810|9050|Ledeberg", (
        Bill("kitchen", -50),
    ), "tom.desmedt@post.example", company=False, country="BE", kind="consumer", paid=0),
    # -- abroad
    Debtor("be", "Galerie Lumière SARL", "Rue de la Monnaie 660|59800|Lille", (
        Bill("display", -15),
    ), "galerie@lumiere.example", country="FR", lang="fr_FR", vat="FR72999000110"),
    Debtor("be", "Schreinerei Brandt GmbH", "Jülicher Straße 1210|52070|Aachen", (
        Bill("doors", -6),
    ), "rechnung@schreinerei-brandt.example", country="DE", lang="en_US", vat="DE999222338"),
    Debtor("be", "Famille Moreau", "Rue Esquermoise 910|59800|Lille", (
        Bill("table", -8),
    ), "moreau@post.example", company=False, country="FR", lang="fr_FR", kind="consumer", paid=0),
)  # fmt: skip

DEBTORS = VAN_DALEN_DEBTORS + PEETERS_DEBTORS

# How many days after the due date the older invoices were paid; taken in turn.
HABITS = (-3, 0, 2, -1, 6, 1)


def settled_bills(debtor: Debtor, jobs: list[str]) -> list[Bill]:
    """The older invoices of a debtor, all paid before the first of the runs."""
    place = DEBTORS.index(debtor)
    bills = []
    for nth in range(debtor.paid):
        due = -(38 + 19 * nth + place % 7)
        pay = bank if (place + nth) % 4 else by_hand
        bills.append(Bill(jobs[(place + 2 * nth) % len(jobs)], due, (pay(due + HABITS[(place + nth) % len(HABITS)]),)))
    return bills
