"""The two firms of the demo: who they are, who works there, and what they sell. Nobody here exists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A user. Both firms keep their books in one database, so everybody may enter both."""

    login: str
    role: str
    name: str
    title: str
    email: str
    phone: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """What an invoice is for, in the languages of the debtors; `lines` are (product, quantity, unit price)."""

    nl: str
    en: str
    fr: str
    lines: tuple[tuple[str, float, float], ...]

    def text(self, lang: str) -> str:
        """The words on the invoice, in the debtor's language."""
        return {"nl": self.nl, "fr": self.fr}.get(lang[:2], self.en)


@dataclass(frozen=True)
class Firm:
    """A company with its chart of accounts, bank, letterhead and price list."""

    key: str
    name: str
    tagline: str
    chart: str
    country: str
    street: str
    zip: str
    city: str
    phone: str
    email: str
    website: str
    vat: str
    registry: str
    registry_label: str
    iban: str
    bank: str
    bic: str
    color: str
    initials: str
    responsible: str
    consumer_clause: str
    products: dict[str, tuple[str, str, str]]
    jobs: dict[str, Job]


PEOPLE = (
    Person(
        "manager",
        "dunning manager",
        "Els Vermeulen",
        "Hoofd debiteurenbeheer",
        "els.vermeulen@vandalen-installatie.example",
        "+31 30 000 41 22",
        ("cremann_dunning.group_dunning_manager", "base.group_partner_manager"),
    ),
    Person(
        "bookkeeper",
        "bookkeeper",
        "Pieter Wouters",
        "Boekhouder",
        "pieter.wouters@atelierpeeters.example",
        "+32 9 000 18 34",
        ("cremann_dunning.group_dunning_user", "base.group_partner_manager"),
    ),
)

VAN_DALEN = Firm(
    key="nl",
    name="Van Dalen Installatietechniek B.V.",
    tagline="Warmte en water",
    chart="nl",
    country="NL",
    street="Kanaalweg 98",
    zip="3533 HG",
    city="Utrecht",
    phone="+31 30 000 41 20",
    email="administratie@vandalen-installatie.example",
    website="https://www.vandalen-installatie.example",
    vat="NL999700005B01",
    registry="00412087",
    registry_label="KvK",
    iban="NL93 DEMO 0123 4567 89",
    bank="Demobank",
    bic="DEMONL2U",
    color="#14546b",
    initials="VD",
    responsible="manager",
    consumer_clause="",
    products={
        "service": ("Servicebeurt", "Service visit", "Intervention"),
        "labour": ("Arbeid monteur, per uur", "Engineer, per hour", "Main-d'œuvre, par heure"),
        "travel": ("Voorrijkosten", "Call-out charge", "Frais de déplacement"),
        "material": ("Materiaal", "Material", "Matériel"),
        "system": ("Installatie", "Installation", "Installation"),
        "contract": ("Onderhoudscontract", "Maintenance contract", "Contrat d'entretien"),
    },
    jobs={
        "boiler": Job(
            "Jaarlijks onderhoud cv-ketel",
            "Yearly service of the boiler",
            "Entretien annuel de la chaudière",
            (("service", 1, 129.00),),
        ),
        "breakdown": Job(
            "Storing cv-ketel verholpen, drukmeter vervangen",
            "Boiler breakdown mended, pressure gauge replaced",
            "Dépannage de la chaudière, manomètre remplacé",
            (("service", 1, 64.50), ("labour", 1.5, 68.00), ("travel", 1, 42.50)),
        ),
        "leak": Job(
            "Lekkage in de badkamer hersteld",
            "Leak in the bathroom mended",
            "Fuite dans la salle de bains réparée",
            (("material", 1, 58.20), ("labour", 2.5, 68.00), ("travel", 1, 42.50)),
        ),
        "heatpump": Job(
            "Lucht-waterwarmtepomp 8 kW geleverd en geplaatst",
            "Air-to-water heat pump of 8 kW, delivered and installed",
            "Pompe à chaleur air-eau de 8 kW, fournie et posée",
            (("system", 1, 6840.00), ("labour", 16, 68.00)),
        ),
        "airco": Job(
            "Airconditioning vergaderruimte, drie binnendelen",
            "Air conditioning of the meeting room, three indoor units",
            "Climatisation de la salle de réunion, trois unités intérieures",
            (("system", 1, 3980.00), ("labour", 9, 68.00)),
        ),
        "toilets": Job(
            "Toiletgroep begane grond vernieuwd",
            "Toilets on the ground floor renewed",
            "Sanitaires du rez-de-chaussée rénovés",
            (("system", 1, 2150.00), ("labour", 14, 68.00)),
        ),
        "fusebox": Job(
            "Groepenkast vervangen, twaalf groepen",
            "Fuse box replaced, twelve circuits",
            "Tableau électrique remplacé, douze circuits",
            (("material", 1, 546.00), ("labour", 5, 68.00)),
        ),
        "solar": Job(
            "Zestien zonnepanelen met omvormer",
            "Sixteen solar panels with inverter",
            "Seize panneaux solaires avec onduleur",
            (("system", 1, 5420.00), ("labour", 12, 68.00)),
        ),
        "legionella": Job(
            "Legionellacontrole en spoelplan",
            "Legionella inspection and flushing plan",
            "Contrôle légionelles et plan de rinçage",
            (("service", 1, 385.00),),
        ),
        "vents": Job(
            "Mechanische ventilatie gereinigd en ingeregeld",
            "Ventilation cleaned and adjusted",
            "Ventilation mécanique nettoyée et réglée",
            (("service", 1, 165.00), ("labour", 3.5, 68.00)),
        ),
        "lights": Job(
            "Noodverlichting gekeurd, vier armaturen vervangen",
            "Emergency lighting inspected, four fittings replaced",
            "Éclairage de secours contrôlé, quatre luminaires remplacés",
            (("service", 1, 195.00), ("material", 4, 61.75)),
        ),
        "kitchen": Job(
            "Afzuiging en gasaansluiting restaurantkeuken",
            "Extraction and gas connection of the restaurant kitchen",
            "Hotte et raccordement au gaz de la cuisine",
            (("system", 1, 1490.00), ("labour", 8, 68.00), ("travel", 2, 42.50)),
        ),
        "contract": Job(
            "Onderhoudscontract installaties, kwartaal",
            "Maintenance contract, one quarter",
            "Contrat d'entretien, un trimestre",
            (("contract", 1, 540.00),),
        ),
        "coldroom": Job(
            "Koeling scheepskombuis nagezien en bijgevuld",
            "Refrigeration of the ship's galley serviced and refilled",
            "Réfrigération de la cuisine de bord révisée",
            (("service", 1, 980.00), ("labour", 11, 74.00)),
        ),
        "gasket": Job("Pakkingset nageleverd", "Set of gaskets, sent on", "Jeu de joints", (("material", 1, 3.40),)),
    },
)

PEETERS = Firm(
    key="be",
    name="Atelier Peeters BV",
    tagline="Schrijnwerk op maat",
    chart="be_comp",
    country="BE",
    street="Dok-Noord 214",
    zip="9000",
    city="Gent",
    phone="+32 9 000 18 30",
    email="boekhouding@atelierpeeters.example",
    website="https://www.atelierpeeters.example",
    vat="BE0999102374",
    registry="0999.102.374",
    registry_label="KBO",
    iban="BE65 9990 0123 4596",
    bank="Demobank België",
    bic="DEMOBE22",
    color="#7a4a21",
    initials="AP",
    responsible="bookkeeper",
    consumer_clause="artikel 7",
    products={
        "work": ("Schrijnwerk op maat", "Made-to-measure joinery", "Menuiserie sur mesure"),
        "labour": ("Plaatsing, per uur", "Fitting, per hour", "Pose, par heure"),
        "wood": ("Hout en beslag", "Wood and fittings", "Bois et quincaillerie"),
        "repair": ("Herstelling", "Repair", "Réparation"),
    },
    jobs={
        "counter": Job(
            "Toog in gerookte eik, geleverd en geplaatst",
            "Bar counter in smoked oak, delivered and fitted",
            "Comptoir en chêne fumé, livré et posé",
            (("work", 1, 5860.00), ("labour", 18, 58.00)),
        ),
        "reception": Job(
            "Onthaalbalie met verlichte plint",
            "Reception desk with lighted plinth",
            "Banque d'accueil à plinthe éclairée",
            (("work", 1, 3240.00), ("labour", 10, 58.00)),
        ),
        "wardrobe": Job(
            "Ingebouwde kleerkast, drie deuren",
            "Built-in wardrobe, three doors",
            "Dressing encastré, trois portes",
            (("work", 1, 1680.00), ("labour", 7, 58.00)),
        ),
        "bookcase": Job(
            "Boekenkast op maat in notelaar",
            "Made-to-measure bookcase in walnut",
            "Bibliothèque sur mesure en noyer",
            (("work", 1, 1120.00), ("labour", 4, 58.00)),
        ),
        "table": Job(
            "Eettafel in massieve eik, 240 cm",
            "Dining table in solid oak, 240 cm",
            "Table de salle à manger en chêne massif, 240 cm",
            (("work", 1, 985.00),),
        ),
        "doors": Job(
            "Zes binnendeuren met onzichtbare scharnieren",
            "Six inside doors with concealed hinges",
            "Six portes intérieures à charnières invisibles",
            (("work", 6, 310.00), ("labour", 9, 58.00)),
        ),
        "stairs": Job(
            "Trap hersteld en opnieuw geolied",
            "Staircase repaired and oiled anew",
            "Escalier réparé et huilé",
            (("repair", 1, 240.00), ("labour", 6, 58.00), ("wood", 1, 86.40)),
        ),
        "shop": Job(
            "Winkelinrichting: wandrekken en toonbank",
            "Shop fittings: wall shelves and counter",
            "Agencement du magasin : rayonnages et comptoir",
            (("work", 1, 4180.00), ("labour", 16, 58.00)),
        ),
        "sash": Job(
            "Klemmende schuiframen bijgewerkt",
            "Sticking sash windows eased",
            "Fenêtres à guillotine remises en état",
            (("repair", 1, 95.00), ("labour", 1.5, 58.00)),
        ),
        "kitchen": Job(
            "Keukenfronten vernieuwd, lak op kleur",
            "Kitchen fronts renewed and lacquered",
            "Façades de cuisine renouvelées et laquées",
            (("work", 1, 2290.00), ("labour", 8, 58.00)),
        ),
        "display": Job(
            "Vitrinekast met slot",
            "Display cabinet with lock",
            "Vitrine fermant à clé",
            (("work", 1, 1460.00), ("wood", 1, 118.00)),
        ),
        "hinge": Job("Scharnier nageleverd", "Hinge, sent on", "Charnière livrée", (("wood", 1, 3.60),)),
    },
)

FIRMS = (VAN_DALEN, PEETERS)
