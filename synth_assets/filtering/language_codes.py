"""Language codes in FLORES style (`cat_Latn`: ISO 639-3 and ISO 15924), and how others map to them.

Sources: ISO 639-3, BCP 47, the FLORES-200 language list (NLLB Team 2022), and the labels of
fastText's lid.176 (Joulin et al. 2017), which are the codes of Wikipedia's editions: its `als` is
Alemannic, while ISO 639-3 means Tosk Albanian by it.
"""

import re

UNKNOWN = "und"

_LID176 = """
af afr Latn;  als gsw Latn;  am amh Ethi;  an arg Latn;  ar arb Arab;  arz arz Arab
as asm Beng;  ast ast Latn;  av ava Cyrl;  az azj Latn Cyrl;  azb azb Arab;  ba bak Cyrl
bar bar Latn;  bcl bcl Latn;  be bel Cyrl Latn;  bg bul Cyrl;  bh bho Deva;  bn ben Beng
bo bod Tibt;  bpy bpy Beng;  br bre Latn;  bs bos Latn Cyrl;  bxr bxr Cyrl;  ca cat Latn
cbk cbk Latn;  ce che Cyrl;  ceb ceb Latn;  ckb ckb Arab;  co cos Latn;  cs ces Latn
cv chv Cyrl;  cy cym Latn;  da dan Latn;  de deu Latn;  diq diq Latn;  dsb dsb Latn
dty dty Deva;  dv div Thaa;  el ell Grek;  eml eml Latn;  en eng Latn;  eo epo Latn
es spa Latn;  et est Latn;  eu eus Latn;  fa pes Arab;  fi fin Latn;  fr fra Latn
frr frr Latn;  fy fry Latn;  ga gle Latn;  gd gla Latn;  gl glg Latn;  gn grn Latn
gom gom Deva Latn;  gu guj Gujr;  gv glv Latn;  he heb Hebr;  hi hin Deva;  hif hif Latn Deva
hr hrv Latn;  hsb hsb Latn;  ht hat Latn;  hu hun Latn;  hy hye Armn;  ia ina Latn
id ind Latn;  ie ile Latn;  ilo ilo Latn;  io ido Latn;  is isl Latn;  it ita Latn
ja jpn Jpan;  jbo jbo Latn;  jv jav Latn;  ka kat Geor;  kk kaz Cyrl Arab Latn;  km khm Khmr
kn kan Knda;  ko kor Hang;  krc krc Cyrl;  ku kmr Latn Arab Cyrl;  kv kpv Cyrl;  kw cor Latn
ky kir Cyrl Arab;  la lat Latn;  lb ltz Latn;  lez lez Cyrl;  li lim Latn;  lmo lmo Latn
lo lao Laoo;  lrc lrc Arab;  lt lit Latn;  lv lvs Latn;  mai mai Deva;  mg plt Latn
mhr mhr Cyrl;  min min Latn Arab;  mk mkd Cyrl;  ml mal Mlym;  mn khk Cyrl Mong;  mr mar Deva
mrj mrj Cyrl;  ms zsm Latn Arab;  mt mlt Latn;  mwl mwl Latn;  my mya Mymr;  myv myv Cyrl
mzn mzn Arab;  nah nah Latn;  nap nap Latn;  nds nds Latn;  ne npi Deva;  new new Deva
nl nld Latn;  nn nno Latn;  no nob Latn;  oc oci Latn;  or ory Orya;  os oss Cyrl
pa pan Guru;  pam pam Latn;  pfl pfl Latn;  pl pol Latn;  pms pms Latn;  pnb pnb Arab
ps pbt Arab;  pt por Latn;  qu quy Latn;  rm roh Latn;  ro ron Latn Cyrl;  ru rus Cyrl
rue rue Cyrl;  sa san Deva;  sah sah Cyrl;  sc srd Latn;  scn scn Latn;  sco sco Latn
sd snd Arab Deva;  sh hbs Latn Cyrl;  si sin Sinh;  sk slk Latn;  sl slv Latn;  so som Latn
sq als Latn;  sr srp Cyrl Latn;  su sun Latn;  sv swe Latn;  sw swh Latn;  ta tam Taml
te tel Telu;  tg tgk Cyrl Arab Latn;  th tha Thai;  tk tuk Latn Cyrl;  tl tgl Latn;  tr tur Latn
tt tat Cyrl Latn;  tyv tyv Cyrl;  ug uig Arab Cyrl Latn;  uk ukr Cyrl;  ur urd Arab
uz uzn Latn Cyrl Arab;  vec vec Latn;  vep vep Latn;  vi vie Latn;  vls vls Latn;  vo vol Latn
wa wln Latn;  war war Latn;  wuu wuu Hans Hant;  xal xal Cyrl;  xmf xmf Geor;  yi ydd Hebr
yo yor Latn;  yue yue Hant Hans;  zh zho Hans Hant
"""

_FLORES_ONLY = """
ace_Latn acm_Arab acq_Arab aeb_Arab ajp_Arab aka_Latn apc_Arab ars_Arab ary_Arab awa_Deva ayr_Latn
bam_Latn ban_Latn bem_Latn bjn_Latn bug_Latn cjk_Latn crh_Latn dik_Latn dyu_Latn dzo_Tibt ewe_Latn
fao_Latn fij_Latn fon_Latn fur_Latn fuv_Latn gaz_Latn hau_Latn hne_Deva ibo_Latn kab_Latn kac_Latn
kam_Latn kas_Arab kbp_Latn kea_Latn kik_Latn kin_Latn kmb_Latn knc_Latn kon_Latn lij_Latn lin_Latn
ltg_Latn lua_Latn lug_Latn luo_Latn lus_Latn mag_Deva mni_Beng mos_Latn mri_Latn nso_Latn nus_Latn
nya_Latn pag_Latn pap_Latn prs_Arab run_Latn sag_Latn sat_Olck shn_Mymr smo_Latn sna_Latn sot_Latn
ssw_Latn szl_Latn taq_Latn tir_Ethi tpi_Latn tsn_Latn tso_Latn tum_Latn twi_Latn tzm_Tfng umb_Latn
wol_Latn xho_Latn zul_Latn
"""

_SYNONYMS = """
ak aka  ay ayr  aym ayr  bm bam  dz dzo  ee ewe  ff fuv  ful fuv  fj fij  fo fao  ha hau  ig ibo
ks kas  ki kik  rw kin  kr knc  kau knc  kg kon  ln lin  lg lug  mi mri  ny nya  rn run  sg sag
sm smo  sn sna  st sot  ss ssw  ti tir  tn tsn  ts tso  tw twi  wo wol  xh xho  zu zul  om gaz
orm gaz  din dik
ara arb  fas pes  per pes  prs prs  aze azj  lav lvs  msa zsm  may zsm  zlm zsm  mon khk  nep npi
ori ory  pus pbt  que quy  sqi als  alb als  swa swh  uzb uzn  yid ydd  kur kmr  mlg plt  nor nob
nb nob  ekk est  bih bho  kom kpv  kok gom  fil tgl  iw heb  in ind  ji ydd  jw jav  mo ron  cmn zho
ger deu  fre fra  dut nld  chi zho  cze ces  gre ell  rum ron  slo slk  wel cym  baq eus  arm hye
geo kat  ice isl  mac mkd  bur mya  tib bod  mao mri  scr hrv  scc srp
"""


def _lid_table() -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = (entry.split() for line in _LID176.strip().splitlines() for entry in line.split(";"))
    return {label: (code, tuple(scripts)) for label, code, *scripts in rows}


LID176 = _lid_table()
"""Of each label of lid.176: the ISO 639-3 code and its scripts, the most usual first."""


def _flores_table() -> dict[str, str]:
    """Every code that `to_flores` knows without a script, and its code with one."""
    table = {code: f"{code}_{scripts[0]}" for code, scripts in LID176.values()}
    table |= {code.split("_")[0]: code for code in _FLORES_ONLY.split()}
    labels = {label: table[code] for label, (code, _) in LID176.items() if len(label) == 2}
    words = _SYNONYMS.split()
    synonyms = {old: table[new] for old, new in zip(words[::2], words[1::2], strict=True)}
    return labels | synonyms | table


_FLORES = _flores_table()
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z0-9_-]+))?")
_SCRIPT = re.compile(r"[a-z]{4}")
_TRADITIONAL = {"tw", "hk", "mo"}


def to_flores(code: str) -> str:
    """FLORES code of a language tag: `ca`, `cat`, `ca-ES`, `cat_Latn`, `zh-TW`, `sr_Latn`.

    A tag without a script gets the language's usual one. `und` for what is no language tag and
    for a language that is unknown here and comes without a script.
    """
    match = _TAG.fullmatch(code.strip().lower())
    if match is None or match[1] == UNKNOWN:
        return UNKNOWN
    subtags = re.split(r"[-_]", match[2] or "")
    script = next((part.title() for part in subtags if _SCRIPT.fullmatch(part)), None)
    known = _FLORES.get(match[1])
    if known is None:
        return f"{match[1]}_{script}" if script and len(match[1]) == 3 else UNKNOWN
    if script is None and known == "zho_Hans" and _TRADITIONAL & set(subtags):
        script = "Hant"
    language, usual = known.split("_")
    return f"{language}_{script or usual}"
