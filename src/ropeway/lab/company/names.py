"""Names of people in ten scripts, each with the Latin letters that mail addresses are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """One name as it is written and as an address spells it."""

    written: str
    latin: str


@dataclass(frozen=True, slots=True)
class Script:
    """Given names and surnames that go together. A spelling of a surname occurs in one script only."""

    name: str
    given: tuple[Name, ...]
    surnames: tuple[Name, ...]
    share: int
    """People of this script in every 40."""
    joined: bool = False
    """Surname first, without a space between."""

    def displayed(self, given: Name, surname: Name) -> str:
        """The whole name in its usual order."""
        return surname.written + given.written if self.joined else f"{given.written} {surname.written}"


def _names(text: str) -> tuple[Name, ...]:
    return tuple(Name(written, latin) for written, _, latin in (word.partition("=") for word in text.split()))


def _latin(text: str) -> tuple[Name, ...]:
    """Words whose spelling in addresses follows an equals sign only where it is not the word itself."""
    parts = (word.partition("=") for word in text.split())
    return tuple(Name(written, latin or written.lower()) for written, _, latin in parts)


SCRIPTS = (
    Script(
        "Latin",
        _latin(
            "Anna Björn=bjoern Chloé=chloe Dagný=dagny Émile=emile François=francois Gerda Håkan=hakan Inês=ines "
            "José=jose Katarína=katarina Łukasz=lukasz Mary Nuño=nuno Oskar Přemysl=premysl Quirin Renée=renee "
            "Søren=soren Tõnu=tonu Ümit=uemit Víctor=victor Wanda Ximena Yusuf Zoë=zoe Ağça=agca Bjarne Conor Dorota"
        ),
        _latin(
            "Lindqvist Müller=mueller García=garcia O'Brien=obrien Nowak Svensson Dvořák=dvorak Kovács=kovacs "
            "Þórsdóttir=thorsdottir Işık=isik Åkesson=akesson Brânză=branza Çelik=celik Đorđević=djordjevic "
            "Éluard=eluard Fjeld Gößmann=goessmann Horváth=horvath Iglesias Jørgensen=joergensen Koskinen "
            "Lefèvre=lefevre Mbeki Núñez=nunez Özdemir=oezdemir Pérez=perez Rossi Šimić=simic "
            "Türk=tuerk Urbański=urbanski Vrânceanu=vranceanu Węgrzyn=wegrzyn Yıldız=yildiz Žukauskas=zukauskas "
            "Smith-Jones=smith-jones Bērziņš=berzins Camilleri Dupont Ferreira Nguyễn=nguyen"
        ),
        22,
    ),
    Script(
        "Greek",
        _names("Ελένη=eleni Γιώργος=giorgos Μαρία=maria Νίκος=nikos Σοφία=sofia Δημήτρης=dimitris"),
        _names("Παπαδόπουλος=papadopoulos Γεωργίου=georgiou Νικολάου=nikolaou Βασιλείου=vasileiou Οικονόμου=oikonomou"),
        2,
    ),
    Script(
        "Cyrillic",
        _names("Олена=olena Іван=ivan Наталія=nataliia Сергій=serhii Ђорђе=djordje Юлия=yuliya Пётр=petr"),
        _names(
            "Шевченко=shevchenko Коваленко=kovalenko Петров=petrov Стојановић=stojanovic "
            "Иванова=ivanova Єфименко=yefymenko"
        ),
        4,
    ),
    Script(
        "Arabic",
        _names("فاطمة=fatima محمد=mohammed ليلى=layla عمر=omar يوسف=youssef مريم=maryam"),
        _names("الحسن=alhassan منصور=mansour حداد=haddad المصري=almasri خوري=khoury"),
        2,
    ),
    Script(
        "Hebrew",
        _names("נועה=noa דוד=david תמר=tamar יעל=yael אורי=uri"),
        _names("כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz אזולאי=azoulay"),
        1,
    ),
    Script(
        "Chinese",
        _names("伟=wei 芳=fang 秀英=xiuying 敏=min 静=jing 志强=zhiqiang"),
        _names("王=wang 李=li 张=zhang 刘=liu 陈=chen 欧阳=ouyang"),
        3,
        joined=True,
    ),
    Script(
        "Japanese",
        _names("翔太=shota さくら=sakura 健一=kenichi 美咲=misaki ユリ=yuri 大輔=daisuke"),
        _names("佐藤=sato 鈴木=suzuki 高橋=takahashi 渡辺=watanabe 小林=kobayashi 﨑田=sakita"),
        2,
        joined=True,
    ),
    Script(
        "Korean",
        _names("민준=minjun 서연=seoyeon 지훈=jihun 수빈=subin 하은=haeun"),
        _names("김=kim 이=yi 박=park 최=choi 정=jeong"),
        1,
        joined=True,
    ),
    Script(
        "Thai",
        _names("สมชาย=somchai สุดา=suda วิชัย=wichai มาลี=mali นภา=napha"),
        _names("ใจดี=jaidee แสงทอง=saengthong ศรีสุข=srisuk วงศ์ไทย=wongthai"),
        1,
    ),
    Script(
        "Devanagari",
        _names("अनिल=anil प्रिया=priya राजेश=rajesh सुनीता=sunita विक्रम=vikram"),
        _names("शर्मा=sharma पटेल=patel सिंह=singh गुप्ता=gupta देशपांडे=deshpande"),
        2,
    ),
)
"""Shares add up to 40."""
