"""Matters of 劳动安全卫生 and 工作时间与休息休假."""

from __future__ import annotations

from commands.demonstration.template import Template

SAFETY = (
    Template(
        key="dust_masks", category="劳动安全卫生", workflow="proposal", tier="B", urgency="",
        lead="YX-YJ", supports=("YX-WJ", "YX-JJ"), sectors=("materials", "machinery"),
        title="建议整治{firm}打磨车间粉尘",
        text=(
            "{firm}打磨车间两台除尘机坏了一台，{when}起粉尘大得看不清对面。发的口罩是普通纱布的，{n}名打磨工下班一擤"
            "鼻子都是黑的。代表巡视时提过一次，车间说等大修。建议先换防尘口罩、修好除尘机，再请有资质的机构测一次粉尘"
            "并公布结果。"
        ),
        answers=(
            (
                "现场检查发现除尘设施停运属实，已责令限期整改。企业更换风机，配发合规防尘口罩，检测机构复测合格，结果"
                "贴在车间门口，职工体检同步安排。"
            ),
            (
                "应急、卫健和工会三家到厂，开出整改清单五项。口罩当日换发，除尘机十日内修复，期间打磨工序减产运行，复"
                "测后由职工代表签字确认。"
            ),
        ),
        send_back="缺少整改后的检测报告，只有设备照片不能证明达标。",
        dissatisfied="机器修好了，一赶货又不开，说是费电。",
        satisfied="车间亮堂多了，口罩也换成管用的。",
        urge="大家每天吸着灰干活，请先把口罩发下来。",
    ),
    Template(
        key="chemical_checkup", category="劳动安全卫生", workflow="grievance", tier="A", urgency="7d",
        lead="YX-WJ", supports=("YX-YJ",), sectors=("chemical", "electronics"),
        title="{firm}接触溶剂岗位多年未安排职业体检",
        text=(
            "我在{firm}清洗岗位每天接触有机溶剂，干了{few}年，只有进厂时查过一次身体。{when}有两个工友头晕恶心，单位"
            "说是没休息好。离岗的人也没给做体检。要求给在岗的{n}人补做职业健康检查，把结果告诉本人，通风罩也修一修。"
        ),
        answers=(
            (
                "已责令企业补做在岗期间职业健康检查，体检机构到厂两天完成采样，结果书面告知本人。通风罩完成维修，风速"
                "检测合格，复查人员已调离岗位。"
            ),
            (
                "经查，企业未按周期组织体检，已立案并限期改正。两名不适职工当日送检，费用由企业承担；离岗人员由企业逐"
                "一通知补检。"
            ),
        ),
        send_back="请说明结果告知到本人的签收情况，并附复查人员去向。",
        dissatisfied="体检做了，报告在单位压着，本人没看到。",
        satisfied="报告拿到手了，该复查的也安排了。",
        urge="又有人头晕，请尽快来看看。",
        supplement="请补充所在工序、使用溶剂的名称或桶身标签照片，以及不适的时间。",
    ),
    Template(
        key="scaffold_nets", category="劳动安全卫生", workflow="grievance", tier="A", urgency="2h",
        lead="YX-ZJ", supports=("YX-YJ",), sectors=("construction",),
        title="{road}工地外架防护网破损存在坠落危险",
        text=(
            "我在{road}工地做外墙，{few}层往上的防护网破了好几处，踏板也有松的，{when}有工具从上面掉下来，差点砸到人"
            "。跟班长说过，说材料没到先干着。工地由{firm}承建，每天有{n}个人在架子上，请马上来看看，出了事就晚了。"
        ),
        answers=(
            (
                "两小时内派员到场，责令外架作业全部停工。破损防护网和踏板连夜更换，监理逐层验收签字，复工前对班组做了"
                "安全交底。"
            ),
            (
                "安监站现场核实隐患属实，下发停工整改通知。项目部于次日完成整改，停工期间工资照发，项目经理被约谈，本"
                "月增加两次夜查。"
            ),
        ),
        send_back="请附逐层验收记录，停工期间工资是否照发也要写明。",
        dissatisfied="网换了朝街的一面，背面还是破的。",
        satisfied="当天就停下来修，现在上架子放心了。",
        urge="明早又要上架，请今天一定来人。",
    ),
    Template(
        key="fire_exit_locked", category="劳动安全卫生", workflow="grievance", tier="A", urgency="2h",
        lead="YX-YJ", supports=("town",), sectors=("garment", "logistics", "electronics"),
        title="车间消防通道被锁并堆放货物",
        text=(
            "{firm}二楼车间的后门一直上锁，{when}开始通道里堆了半人高的成品箱，灭火器也被挡在里面。{n}个人一个班，只"
            "有一个门进出。向主管提过，说是怕丢货。请派人检查，把门打开、通道清空，不要只在检查那天搬走。"
        ),
        answers=(
            (
                "当日突击检查，责令立即打开安全出口、清空通道，并改装为推杆式逃生门。镇街安全员每周夜查一次，职工可随"
                "手拍照上报。"
            ),
            "隐患属实，已当场清理并下达整改通知书。企业把成品库移到一楼，增设灭火器和应急灯，组织全员疏散演练一次。",
        ),
        send_back="推杆门是否装好，请补一张带日期的照片和夜查记录。",
        dissatisfied="检查那天搬空了，第三天又堆回去。",
        satisfied="后门换成一推就开的，还演练了一回。",
        urge="货越堆越多，请不要提前通知厂里再来。",
    ),
    Template(
        key="forklift_lanes", category="劳动安全卫生", workflow="proposal", tier="A", urgency="",
        lead="town", supports=("YX-YJ", "YX-JT"), sectors=("logistics",),
        title="建议{firm}人车分道并限制叉车车速",
        text=(
            "{firm}装卸区叉车和分拣员混走，转弯处没有凸面镜，{when}又有一名分拣员被蹭伤脚踝。早晚高峰{n}人同时在场地"
            "里，司机赶时间，车速没人管。建议画出人行通道，装限速和凸面镜，司机持证情况张榜公布。"
        ),
        answers=(
            (
                "已与园区一起画定人行通道，主要路口装凸面镜和减速带，叉车加装限速器。无证人员全部下岗培训，名单和证件"
                "有效期张榜。"
            ),
            (
                "园区分两步走：先设临时隔离桩和专人引导，本月完成；车辆限速器随年检加装，下月底前全部到位，代表每半月"
                "巡查一次。"
            ),
        ),
        send_back="限速器装了几台、共几台，请写清数目。",
        dissatisfied="线画好了，晚上照样有人开快车。",
        satisfied="走路有道，拐弯有镜子，心不慌了。",
        urge="旺季单量要翻倍，希望之前弄好。",
        promise="叉车限速器随年检全部加装到位",
        promise_days=45,
    ),
    Template(
        key="patient_assault", category="劳动安全卫生", workflow="proposal", tier="B", urgency="",
        lead="YX-WJ", supports=("YX-SF",), sectors=("hospital",),
        title="建议加强{firm}急诊夜班人身安全防护",
        text=(
            "{firm}急诊夜班常遇醉酒家属推搡护士，{when}一周就有{few}起，最近一次护士手臂软组织挫伤。夜里只有一名保安"
            "，一键报警要绕到护士站后面。{n}名急诊职工希望装就近报警按钮，增派夜间保安，受伤医护的休息和心理辅导有明"
            "确安排。"
        ),
        answers=(
            (
                "医院已在分诊台和抢救室加装报警按钮，夜间保安增至三人，与辖区警务联动两分钟到场。受伤护士按工伤申报，"
                "心理辅导已安排。"
            ),
            (
                "我委召集医院和司法部门研究，制定急诊安保标准；首批按钮本周装好，保安人手随下季度合同增加，并开展应急"
                "演练。"
            ),
        ),
        send_back="夜间保安的排班表没有附，请补连续两周的。",
        dissatisfied="按钮装了，按下去十几分钟才有人来。",
        satisfied="夜里值班有底气了，受伤的同事也得到了照顾。",
        urge="急诊又出了一次推搡，请加快。",
    ),
    Template(
        key="excess_overtime", category="工作时间与休息休假", workflow="grievance", tier="A", urgency="15d",
        lead="YX-RS", supports=("town",), sectors=("electronics", "garment"),
        title="{firm}连续多周没有休息日",
        text=(
            "我在{firm}流水线上班，{when}以来每天十一二个小时，周日也要到岗，请假算旷工扣全勤。整条线{n}个人，已经有"
            "人打瞌睡夹到手。加班单是事后统一签的，没人问愿不愿意。我们不是不肯加班，要求每周至少休一天，加班先问本人"
            "。"
        ),
        answers=(
            (
                "劳动监察调取考勤，确认超时加班，责令改正。企业调整排班，每周固定休一天，每月加班不超过法定上限，加班"
                "改为本人提前确认。"
            ),
            (
                "已督促企业与工会、职工代表协商，制定赶货期排班办法：轮休到人、加班自愿、超时预警。首月考勤由镇街工会"
                "抽查，结果上墙。"
            ),
        ),
        send_back="请附整改后一个月的考勤抽查表，不能只写办法。",
        dissatisfied="白班改了，夜班还是连轴转。",
        satisfied="总算能歇一个整天陪孩子了。",
        urge="又有人累倒了，请早点来查考勤。",
    ),
    Template(
        key="annual_leave_drivers", category="工作时间与休息休假", workflow="proposal", tier="A", urgency="",
        lead="YX-JT", supports=("YX-QB",), sectors=("bus",),
        title="建议保障{firm}驾驶员带薪年休假",
        text=(
            "{firm}驾驶员缺员，年休假年年排不上，年底一张表签了“自愿放弃”。去年一线{n}人中休满的不到两成。人困马乏"
            "，行车安全也受影响。建议年初就排休假计划，机动班补足替班，确因工作休不了的按规定付三倍工资，不再让人签放"
            "弃书。"
        ),
        answers=(
            (
                "公司已停用放弃书，年休假计划在一季度公布，增加机动班驾驶员。去年未休的，按规定折算工资报酬，名单经职"
                "工代表核对后发放。"
            ),
            (
                "会同企业工会制定轮休办法，节后客流平缓期集中安排，首批已休。机动班招聘正在进行，到岗前由管理人员持证"
                "顶班。"
            ),
        ),
        send_back="去年未休假的补偿是否到人，请附签领表。",
        dissatisfied="计划排了，到日子又说没人替班。",
        satisfied="多年来头一回把年假休完。",
        urge="年底快到了，希望假期不要又作废。",
        promise="机动班驾驶员补足后，全员按计划休完年休假",
        promise_days=120,
    ),
    Template(
        key="bus_toilet", category="工作时间与休息休假", workflow="proposal", tier="B", urgency="",
        lead="YX-JT", supports=("YX-CG",), sectors=("bus", "ride"),
        title="建议解决{road}首末站司机如厕和就餐",
        text=(
            "{road}首末站没有厕所和热水，司机一趟跑下来一个多小时，折返只停{few}分钟，去对面商场要过两个红绿灯。不少"
            "人上班不敢喝水，肾结石的都有好几个。建议设一间移动厕所和饮水点，折返时间适当延长，网约车司机也可以用。"
        ),
        answers=(
            (
                "已在站内空地放置移动厕所和直饮水机，由场站保洁管理。平峰折返时间延长五分钟，高峰增派机动车，网约车司"
                "机凭登记可用。"
            ),
            (
                "选址需占用绿化带，已会同综合执法部门现场踏勘，定下借用旁边公厕延时开放的办法，即日起开到末班车收车；"
                "移动厕所随站场改造建设。"
            ),
        ),
        send_back="延时开放有没有标识和值守，请现场确认后再报。",
        dissatisfied="厕所有了，折返时间没变，根本来不及去。",
        satisfied="终于敢喝水了，小事办到了心上。",
        urge="女司机更难，请先想个临时办法。",
    ),
    Template(
        key="heat_shift", category="工作时间与休息休假", workflow="proposal", tier="A", urgency="",
        lead="YX-CG", supports=("YX-QB",), sectors=("sanitation",),
        title="建议高温时段调整环卫作业时间",
        text=(
            "{town}环卫工高温天仍按平日排班，下午一点到三点在{road}暴晒清扫。{when}有一名五十多岁的大姐中暑倒在路边。"
            "{n}名环卫职工希望早晚两头作业，中午休息，避开最热的时段，每个片区有地方歇脚，防暑药品和津贴发到手上。"
        ),
        answers=(
            (
                "已印发高温作业调整方案：日最高气温三十五度以上，十一点至十五点停止清扫作业，改由机械洒水。沿线确定歇"
                "脚点，防暑药品已发放。"
            ),
            (
                "环卫所与工会联合检查三次，督促作业公司落实错时上班，高温津贴随工资单列发放。对仍安排暴晒作业的班组长"
                "已约谈。"
            ),
        ),
        send_back="津贴发放表中缺临聘人员，请核实。",
        dissatisfied="中午是不扫了，晚上加到九点，总时间更长。",
        satisfied="中午能歇一歇，药箱也有了。",
        urge="明天预报又是高温，请先通知班组。",
    ),
)
