"""The fictional city of 云岫 in the fictional province of 岚江: who is above whom, and who does what."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "worker", "representative", "reviewer", "handler", "head", "supervisor", "leader",
    "system_admin", "security_admin", "audit_admin",
)  # fmt: skip
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
PROVINCE = "LJ"
CITY = "YX"


@dataclass(frozen=True)
class Unit:
    """A union, department, agency or enterprise union; `parent` is a code, empty for the root."""

    code: str
    name: str
    kind: str
    parent: str
    short: str = ""
    sector: str = ""
    roads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """Someone with a login; each duty is written `role@unit`."""

    login: str
    name: str
    title: str
    duties: tuple[str, ...]


def _department(code: str, name: str) -> Unit:
    return Unit(f"{CITY}-{code}", f"云岫市总工会{name}", "department", CITY, name)


def _agency(code: str, name: str, short: str) -> Unit:
    return Unit(f"{CITY}-{code}", name, "agency", CITY, short)


def _town(code: str, short: str, *roads: str) -> Unit:
    return Unit(code, f"{short}总工会" if not short.endswith("区") else f"{short}工会", "union", CITY, short, "", roads)


def _enterprise(code: str, short: str, name: str, sector: str) -> Unit:
    return Unit(code, name, "enterprise", code[:4], short, sector)


UNIONS = (
    Unit(PROVINCE, "岚江省总工会", "union", "", "省总工会"),
    Unit(CITY, "云岫市总工会", "union", PROVINCE, "市总工会"),
)

DEPARTMENTS = (
    _department("BG", "办公室"),
    _department("LL", "联络指导办公室"),
    _department("ZZ", "组织部"),
    _department("QB", "权益保障部"),
    _department("JJ", "劳动和经济工作部"),
    _department("CW", "财务部"),
    _department("NZ", "女职工部"),
    _department("XJ", "宣传教育部"),
    _department("FW", "职工服务中心"),
    _department("HZ", "职工互助保障中心"),
)

AGENCIES = (
    _agency("RS", "云岫市人力资源和社会保障局", "市人社局"),
    _agency("ZJ", "云岫市住房和城乡建设局", "市住建局"),
    _agency("WJ", "云岫市卫生健康委员会", "市卫健委"),
    _agency("JY", "云岫市教育局", "市教育局"),
    _agency("JT", "云岫市交通运输局", "市交通局"),
    _agency("YJ", "云岫市应急管理局", "市应急管理局"),
    _agency("SF", "云岫市司法局", "市司法局"),
    _agency("YB", "云岫市医疗保障局", "市医保局"),
    _agency("CG", "云岫市综合行政执法局", "市综合执法局"),
)

TOWNS = (
    _town("YX01", "望汀街道", "汀前路", "旧埠街", "望汀大道", "纸坊巷"),
    _town("YX02", "桐影街道", "桐荫路", "书院弄", "晴川巷", "桐影东街"),
    _town("YX03", "鹤渚街道", "鹤鸣渡路", "渚北路", "站西街", "鹤渚大道"),
    _town("YX04", "青笠镇", "青笠大街", "织云路", "斗笠桥路", "蚕房路"),
    _town("YX05", "柳沅镇", "沅光路", "柳沅大道", "长堤路", "芯园一路"),
    _town("YX06", "南笙镇", "笙歌路", "货场路", "南笙大道", "仓前路"),
    _town("YX07", "石樟镇", "樟树岭路", "采石路", "石樟大街", "窑前路"),
    _town("YX08", "云岫经济开发区", "云岫大道", "衡山岗路", "创业三路", "岫岭路"),
)

ENTERPRISES = (
    _enterprise("YX0101", "望汀商圈", "望汀商圈外卖配送行业联合工会", "rider"),
    _enterprise("YX0102", "望汀小微园", "望汀街道小微企业联合工会", "small"),
    _enterprise("YX0103", "汀悦宾馆", "云岫汀悦宾馆有限公司工会", "service"),
    _enterprise("YX0201", "桐影医院", "云岫市桐影医院工会", "hospital"),
    _enterprise("YX0202", "桐影实验学校", "云岫市桐影实验学校工会", "school"),
    _enterprise("YX0203", "桐影环卫所", "桐影街道环境卫生管理所工会", "sanitation"),
    _enterprise("YX0301", "云岫公交", "云岫市公共交通有限公司工会", "bus"),
    _enterprise("YX0302", "鹤渚网约车", "鹤渚街道网约车行业联合工会", "ride"),
    _enterprise("YX0303", "鹤渚快递", "鹤渚街道快递行业联合工会", "courier"),
    _enterprise("YX0401", "岫锦服饰", "岫锦服饰有限公司工会", "garment"),
    _enterprise("YX0402", "青笠针织园", "青笠镇针织行业联合工会", "garment"),
    _enterprise("YX0403", "岫绮制衣", "岫绮制衣有限公司工会", "garment"),
    _enterprise("YX0501", "岫芯电子", "岫芯电子有限公司工会", "electronics"),
    _enterprise("YX0502", "岫屏光电", "岫屏光电有限公司工会", "electronics"),
    _enterprise("YX0503", "柳沅中学", "云岫市柳沅中学工会", "school"),
    _enterprise("YX0601", "南笙物流园", "南笙物流园区联合工会", "logistics"),
    _enterprise("YX0602", "岫笙冷链", "岫笙冷链物流有限公司工会", "logistics"),
    _enterprise("YX0603", "南笙货场", "南笙镇货车司机联合工会", "truck"),
    _enterprise("YX0701", "岫樟建设", "岫樟建设有限公司工会", "construction"),
    _enterprise("YX0702", "石樟市政", "云岫石樟市政工程有限公司工会", "construction"),
    _enterprise("YX0703", "樟岩建材", "云岫樟岩建材有限公司工会", "materials"),
    _enterprise("YX0801", "岫衡精机", "岫衡精密机械有限公司工会", "machinery"),
    _enterprise("YX0802", "岫澄化工", "岫澄化工有限公司工会", "chemical"),
    _enterprise("YX0803", "开发区保洁公司", "云岫经济开发区保安保洁行业联合工会", "service"),
    _enterprise("YX0804", "开发区骑手", "云岫经济开发区外卖骑手联合工会", "rider"),
)

UNITS = UNIONS + DEPARTMENTS + AGENCIES + TOWNS + ENTERPRISES
UNIT_BY_CODE = {unit.code: unit for unit in UNITS}
