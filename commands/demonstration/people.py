"""The people of the demonstration, and the cast a newcomer signs in as."""

from __future__ import annotations

from commands.demonstration.town import Person

#: Role on the tour -> login; the proposal of `daibiao` passes `shenyi`, `chengban`, `ducha` and comes back to be rated.
CAST = {
    "worker": "zhigong",
    "representative": "daibiao",
    "seconder": "fuyi",
    "reviewer": "shenyi",
    "handler": "chengban",
    "support": "xieban",
    "head": "buzhang",
    "supervisor": "ducha",
    "leader": "lingdao",
    "parent_supervisor": "sheng_ducha",
    "parent_leader": "sheng_lingdao",
    "system_admin": "xitong",
    "security_admin": "anquan",
    "audit_admin": "shenji",
}


def _person(login: str, name: str, title: str, *duties: str) -> Person:
    return Person(login, name, title, duties)


PROVINCE_PEOPLE = (
    _person("sheng_ducha", "顾承远", "省总督查专员", "supervisor@LJ"),
    _person("sheng_lingdao", "褚安平", "省总分管领导", "leader@LJ"),
    _person("sheng_shenyi", "叶静姝", "省总提案审议组成员", "reviewer@LJ"),
    _person("sheng_chengban", "纪明轩", "省总权益保障部干事", "handler@LJ"),
    _person("sheng_bumen", "骆书宁", "省总权益保障部部长", "head@LJ"),
)

CITY_PEOPLE = (
    _person("shenyi", "周文慧", "市总提案审议小组组长", "reviewer@YX"),
    _person("shenyi2", "彭立新", "市总提案审议小组成员", "reviewer@YX"),
    _person("shenyi3", "贾明远", "市总提案审议小组成员", "reviewer@YX"),
    _person("ducha", "秦国栋", "联络指导办公室督查专员", "supervisor@YX"),
    _person("ducha2", "苗雨欣", "联络指导办公室督查员", "supervisor@YX"),
    _person("lingdao", "方志诚", "市总分管副主席", "leader@YX"),
    _person("lingdao2", "江素云", "市总联系副主席", "leader@YX"),
    _person("xitong", "石小磊", "系统管理员", "system_admin@YX"),
    _person("anquan", "白晓岚", "安全保密管理员", "security_admin@YX"),
    _person("shenji", "龚正华", "安全审计员", "audit_admin@YX"),
)

DEPARTMENT_PEOPLE = (
    _person("chengban", "林晓梅", "权益保障部干事", "handler@YX-QB"),
    _person("buzhang", "程建平", "权益保障部部长", "head@YX-QB"),
    _person("bangong", "余思源", "办公室干事", "handler@YX-BG"),
    _person("zhuren", "蔡永康", "办公室主任、联络指导办公室主任", "head@YX-BG", "head@YX-LL"),
    _person("lianluo", "尹佳音", "联络指导办公室干事", "handler@YX-LL"),
    _person("zuzhi", "杜海峰", "组织部干事", "handler@YX-ZZ"),
    _person("zuzhi_bz", "邱慧兰", "组织部部长", "head@YX-ZZ"),
    _person("jingji", "范志强", "劳动和经济工作部干事", "handler@YX-JJ"),
    _person("jingji_bz", "梁宏伟", "劳动和经济工作部部长", "head@YX-JJ"),
    _person("caiwu", "金丽萍", "财务部干事", "handler@YX-CW"),
    _person("caiwu_bz", "田立群", "财务部部长", "head@YX-CW"),
    _person("nvgong", "唐雨桐", "女职工部干事", "handler@YX-NZ"),
    _person("xuanjiao", "夏子涵", "宣传教育部干事", "handler@YX-XJ"),
    _person("nvgong_bz", "严秀芳", "女职工部部长兼宣传教育部部长", "head@YX-NZ", "head@YX-XJ"),
    _person("fuwu", "谭小燕", "职工服务中心帮扶专员", "handler@YX-FW"),
    _person("huzhu", "段文博", "职工互助保障中心专员", "handler@YX-HZ"),
    _person("fuwu_zr", "魏长林", "职工服务中心主任", "head@YX-FW", "head@YX-HZ"),
)

AGENCY_PEOPLE = (
    _person("xieban", "陆建华", "市人社局联络员", "handler@YX-RS"),
    _person("renshe_fz", "潘素琴", "市人社局分管负责人", "head@YX-RS"),
    _person("zhujian", "薛亮", "市住建局联络员", "handler@YX-ZJ"),
    _person("zhujian_fz", "贺志刚", "市住建局分管负责人", "head@YX-ZJ"),
    _person("weijian", "汤雪莲", "市卫健委联络员", "handler@YX-WJ"),
    _person("weijian_fz", "倪卫民", "市卫健委分管负责人", "head@YX-WJ"),
    _person("jiaoyu", "施文静", "市教育局联络员", "handler@YX-JY"),
    _person("jiaoyu_fz", "孔庆文", "市教育局分管负责人", "head@YX-JY"),
    _person("jiaotong", "崔大勇", "市交通局联络员", "handler@YX-JT"),
    _person("jiaotong_fz", "侯振宇", "市交通局分管负责人", "head@YX-JT"),
    _person("yingji", "武志军", "市应急管理局联络员", "handler@YX-YJ"),
    _person("yingji_fz", "戴承志", "市应急管理局分管负责人", "head@YX-YJ"),
    _person("sifa", "莫雅琴", "市司法局联络员", "handler@YX-SF"),
    _person("sifa_fz", "乔正明", "市司法局分管负责人", "head@YX-SF"),
    _person("yibao", "赖春燕", "市医保局联络员", "handler@YX-YB"),
    _person("yibao_fz", "龙建国", "市医保局分管负责人", "head@YX-YB"),
    _person("zhifa", "樊小东", "市综合执法局联络员", "handler@YX-CG"),
    _person("zhifa_fz", "文启明", "市综合执法局分管负责人", "head@YX-CG"),
)

TOWN_PEOPLE = (
    _person("wangting", "沈小芸", "望汀街道总工会干事", "handler@YX01"),
    _person("wangting_zx", "卢国安", "望汀街道总工会主席", "head@YX01", "reviewer@YX01", "supervisor@YX01"),
    _person("tongying", "姚佳怡", "桐影街道总工会干事", "handler@YX02"),
    _person("tongying_zx", "钟秀文", "桐影街道总工会主席", "head@YX02", "reviewer@YX02", "supervisor@YX02"),
    _person("hezhu", "熊志远", "鹤渚街道总工会干事", "handler@YX03"),
    _person("hezhu_zx", "傅长河", "鹤渚街道总工会主席", "head@YX03", "reviewer@YX03", "supervisor@YX03"),
    _person("qingli", "康小满", "青笠镇总工会干事", "handler@YX04"),
    _person("qingli_zx", "盛月华", "青笠镇总工会主席", "head@YX04", "reviewer@YX04", "supervisor@YX04"),
    _person("liuyuan", "童立业", "柳沅镇总工会干事", "handler@YX05"),
    _person("liuyuan_zx", "邵永年", "柳沅镇总工会主席", "head@YX05", "reviewer@YX05", "supervisor@YX05"),
    _person("nansheng", "祝小军", "南笙镇总工会干事", "handler@YX06"),
    _person("nansheng_zx", "章德厚", "南笙镇总工会主席", "head@YX06", "reviewer@YX06", "supervisor@YX06"),
    _person("shizhang", "柯志勇", "石樟镇总工会干事", "handler@YX07"),
    _person("shizhang_zx", "阮庆丰", "石樟镇总工会主席", "head@YX07", "reviewer@YX07", "supervisor@YX07"),
    _person("kaifaqu", "葛晓宁", "云岫经济开发区工会干事", "handler@YX08"),
    _person("kaifaqu_zx", "洪立新", "云岫经济开发区工会主席", "head@YX08", "reviewer@YX08", "supervisor@YX08"),
)

MEMBERS = (
    _person("zhigong", "王小河", "外卖骑手", "worker@YX0101"),
    _person("zhigong2", "李桂香", "宾馆客房服务员", "worker@YX0103"),
    _person("zhigong3", "赵春兰", "缝纫工", "worker@YX0401"),
    _person("zhigong4", "陈立秋", "流水线操作工", "worker@YX0501"),
    _person("zhigong5", "孙大力", "木工", "worker@YX0701"),
    _person("zhigong6", "吴晓霞", "分拣员", "worker@YX0601"),
    _person("zhigong7", "苏巧云", "小微园文员", "worker@YX0102"),
    _person("zhigong8", "林书琴", "小学教师", "worker@YX0202"),
    _person("zhigong9", "高振海", "公交驾驶员", "worker@YX0301"),
    _person("zhigong10", "罗志军", "网约车司机", "worker@YX0302"),
    _person("zhigong11", "袁小飞", "快递员", "worker@YX0303"),
    _person("zhigong12", "蒋月娥", "针织挡车工", "worker@YX0402"),
    _person("zhigong13", "冯玉兰", "缝纫工", "worker@YX0403"),
    _person("zhigong14", "宋佩华", "中学教师", "worker@YX0503"),
    _person("zhigong15", "郑春燕", "检验员", "worker@YX0502"),
    _person("zhigong16", "董国平", "冷库装卸工", "worker@YX0602"),
    _person("zhigong17", "许石根", "路面工", "worker@YX0702"),
    _person("zhigong18", "黄大山", "破碎机操作工", "worker@YX0703"),
    _person("zhigong19", "韩宝林", "反应釜操作工", "worker@YX0802"),
    _person("zhigong20", "朱秀珍", "保洁员", "worker@YX0803"),
    _person("zhigong21", "江小龙", "外卖骑手", "worker@YX0804"),
    _person("daibiao", "刘卫江", "市总会员代表、站点骑手队长", "representative@YX", "worker@YX0101"),
    _person("fuyi", "何秀英", "市总会员代表、医院护士长", "representative@YX", "worker@YX0201"),
    _person("fuyi2", "马志宏", "市总会员代表、货车司机", "representative@YX", "worker@YX0603"),
    _person("daibiao2", "胡春梅", "会员代表、服装厂质检员", "representative@YX04", "worker@YX0401"),
    _person("daibiao3", "郭永强", "会员代表、电子厂班组长", "representative@YX05", "worker@YX0502"),
    _person("daibiao4", "曹志平", "会员代表、机械厂钳工", "representative@YX08", "worker@YX0801"),
    _person("daibiao5", "谢红英", "会员代表、环卫班长", "representative@YX02", "worker@YX0203"),
)

PEOPLE = PROVINCE_PEOPLE + CITY_PEOPLE + DEPARTMENT_PEOPLE + AGENCY_PEOPLE + TOWN_PEOPLE + MEMBERS
