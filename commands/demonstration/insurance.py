"""Matters of 社会保险 and 工伤."""

from __future__ import annotations

from commands.demonstration.template import Template

INSURANCE = (
    Template(
        key="rider_injury_insurance", category="社会保险", workflow="proposal", tier="C", urgency="",
        lead="YX-RS", supports=("YX-QB", "YX-YB"), sectors=("rider", "courier"),
        title="建议扩大新业态职业伤害保障覆盖面",
        text=(
            "{town}的骑手和快递员大多没有单位参保，摔伤撞伤只能自己扛。{when}一名骑手在{road}被撞，误工两个月没有收入"
            "，靠工友凑钱。问了{n}个人，有职业伤害保障的不到三成。建议上级尽快扩大试点平台范围，本市先用工会经费兜住"
            "一块意外险。"
        ),
        answers=(
            (
                "此事涉及省级试点范围，我局已汇总数据书面报请省级主管部门。过渡期内由工会为登记会员办理意外伤害互助，"
                "首批名单本月内完成录入。"
            ),
            (
                "已会同工会摸清全市骑手和快递员底数，形成调研报告上报。同时要求站点为全职人员单险种参加工伤保险，首批"
                "站点已办理完毕。"
            ),
        ),
        send_back="上报之后的跟踪安排没有写，请明确谁负责、多久回复一次。",
        dissatisfied="意外互助只报住院，门诊和误工一点没有，解决不了难处。",
        satisfied="先有了互助保障，上路心里有个底。",
        urge="路上天天都有磕碰，盼着政策早点下来。",
        promise="省级扩大试点范围后三十日内完成本市平台参保登记",
        promise_days=180,
    ),
    Template(
        key="social_insurance_gap", category="社会保险", workflow="grievance", tier="A", urgency="7d",
        lead="YX-RS", supports=("YX-YB",), sectors=("construction", "machinery", "garment"),
        title="{firm}漏缴{few}个月养老医保请补缴",
        text=(
            "我{when}去医院看病，刷卡才知道医保停了。查了记录，{firm}有{few}个月没有给我交养老和医保，工资条上个人部"
            "分却照扣。问人事，说是系统换了漏报。同车间还有{n}人可能也是这样，请督促补缴，停保期间看病的钱怎么报也请"
            "说明。"
        ),
        answers=(
            (
                "经调取参保记录，确认漏缴属实。企业已在社保窗口办理补缴，个人扣款与申报数一致；停保期间医疗费由企业按"
                "医保应报数额先行垫付。"
            ),
            (
                "已对企业全部在册人员逐一比对，共补报{n}人。医保待遇自补缴到账次月恢复，补缴明细由企业打印，交职工本"
                "人核对签字。"
            ),
        ),
        send_back="请附补缴到账凭证，并说明停保期间医药费如何处理。",
        dissatisfied="保险补上了，看病自费的那笔钱没人管。",
        satisfied="查到了，补上了，药费也报了。",
        urge="我还在吃药，每拖一天都是自费。",
    ),
    Template(
        key="transfer_pension", category="社会保险", workflow="proposal", tier="A", urgency="",
        lead="YX-RS", supports=("YX-FW",), sectors=("construction", "logistics", "small"),
        title="建议为外来职工集中办理社保转移接续",
        text=(
            "{town}外来职工多，养老保险分散在好几个地方，手机上办转移常常卡在信息不符。{when}我帮{n}名会员登记，有人"
            "跑了{few}趟还没办成。建议人社窗口每季度到园区集中办一次，工会出场地和志愿者，能当天办的当天办，办不了的"
            "给一张回执。"
        ),
        answers=(
            (
                "已与工会商定每季度一次“社保服务进园区”，首场办理转移接续和信息更正，疑难件登记回执，十五个工作日内"
                "答复本人，场次表已张贴。"
            ),
            (
                "窗口前移后首场受理百余人次，其中信息不符的已逐件发函原参保地。今后由园区工会提前收件，减少职工请假往"
                "返。"
            ),
        ),
        send_back="疑难件的办理结果没有反馈，请补充清单和进度。",
        dissatisfied="现场收了材料，之后两个月没有下文。",
        satisfied="不用请假跑几趟，在园区门口就办了。",
        urge="快到退休年龄的工友等不起，请先办他们的。",
    ),
    Template(
        key="missing_maternity", category="社会保险", workflow="grievance", tier="A", urgency="7d",
        lead="YX-YB", supports=("YX-NZ",), sectors=("small", "service"),
        title="生育津贴到单位账上迟迟没有发给本人",
        text=(
            "我休完产假回{firm}上班快{few}个月了，生育津贴医保早已拨到单位，财务说要抵扣产假期间发过的生活费，剩下多"
            "少也不讲。同办公室另一位同事也是这样。请核一下津贴到账数额，该补我的差额什么时候给，能不能以后直接发到个"
            "人卡上。"
        ),
        answers=(
            (
                "经查询，津贴已于前期拨付到单位账户。单位应按就高原则补足差额，现已核清数额并打入职工本人账户，单位财"
                "务书面说明了计算过程。"
            ),
            (
                "已与用人单位对账，产假期间已发工资从津贴中冲抵，差额部分本周内支付。津贴直接发放到个人的改造正在推进"
                "，完成后另行通知。"
            ),
        ),
        send_back="请写清津贴总额、冲抵额和实发额三个数。",
        dissatisfied="计算还是说不清，少的那部分没有单子。",
        satisfied="差额到账，也看到了计算单。",
        urge="孩子开销大，请帮着问一问到底什么时候发。",
    ),
    Template(
        key="stop_work_injury", category="工伤", workflow="grievance", tier="A", urgency="24h",
        lead="YX-RS", supports=("YX-QB",), sectors=("machinery", "electronics", "materials"),
        title="手指被冲床压伤单位不肯申报工伤",
        text=(
            "我{when}在{firm}操作冲床时右手被压，断了两根手指，住院{few}天。单位垫了住院费，但不肯申报工伤，让我签一"
            "份“一次了结”的协议。听说单位要在三十天内申报，眼看就要过了。请帮我先把工伤认定申请报上去，协议我没敢签"
            "。"
        ),
        answers=(
            (
                "已通知单位在法定期限内提交工伤认定申请，材料齐全当日受理。认定结果出来前，停工留薪期工资按原待遇发放"
                "，单位已书面确认。"
            ),
            (
                "单位未按期申报，工会法律援助人员已协助职工本人递交申请，人社部门已受理并向单位发出举证通知，劳动能力"
                "鉴定待伤情稳定后办理。"
            ),
        ),
        send_back="请写明停工留薪期起止时间和工资是否已发。",
        dissatisfied="申请受理了，停工期间的工资还是没发。",
        satisfied="工伤认定下来了，没有上那份协议的当。",
        urge="三十天的期限快到了，请今天就联系单位。",
    ),
    Template(
        key="commute_accident", category="工伤", workflow="grievance", tier="A", urgency="7d",
        lead="YX-QB", supports=("YX-RS", "YX-SF"), sectors=("logistics", "garment", "service"),
        title="下班路上被撞没参保能否认定工伤",
        text=(
            "我在{firm}上中班，{when}夜里骑车下班，在{road}路口被一辆货车撞倒，交警认定对方全责。单位没有给我参加社保"
            "，说上下班路上的事不归厂里管。我腿里打了钢板，至少休息{few}个月。想请工会说明这算不算工伤，没参保由谁承"
            "担。"
        ),
        answers=(
            (
                "上下班途中非本人主要责任的交通事故应认定工伤，未参保的由用人单位按规定支付待遇。工会律师已代写申请并"
                "陪同递交，人社部门已受理。"
            ),
            (
                "经调解室两次调解，单位承认劳动关系，同意先行支付医疗费和停工期间工资，工伤认定同步办理。协议经司法确"
                "认，双方已签字。"
            ),
        ),
        send_back="调解协议未写付款日期，请补正后再报。",
        dissatisfied="协议签了，第一笔钱到期没付，打听也没人理。",
        satisfied="从头到尾有人帮着跑，医药费拿到了。",
        urge="家里没有收入，请先帮忙解决医药费。",
        supplement="请补交事故责任认定书、出院小结和能证明在该单位上班的材料复印件。",
    ),
    Template(
        key="old_injury_relapse", category="工伤", workflow="grievance", tier="B", urgency="15d",
        lead="YX-RS", supports=("YX-FW",), sectors=("construction", "materials", "machinery"),
        title="旧工伤复发治疗费用报销受阻",
        text=(
            "我几年前在{firm}摔伤腰，评了级。{when}旧伤复发住院，医生建议再做手术。去报费用，窗口说要先做旧伤复发确认"
            "，单位又说当年的经办人已经离职，材料找不到。我来回跑了{few}趟，手术一直拖着，请帮忙把材料和手续理顺。"
        ),
        answers=(
            (
                "已从档案中调出当年的认定和鉴定材料，旧伤复发确认本周完成。治疗费用按工伤医疗结算，无需本人垫付，医院"
                "医保办已对接。"
            ),
            (
                "由工会服务中心代跑手续，单位补盖印章，确认申请已受理。手术可先行安排，费用在确认后直接结算，结果书面"
                "告知本人。"
            ),
        ),
        send_back="请说明确认结论是否已送达本人，手术安排在何时。",
        dissatisfied="确认做了，康复费用又说不在范围内，没人讲清楚。",
        satisfied="材料替我找齐了，手术也做完了。",
        urge="腰疼得站不住，手术不能再等了。",
    ),
    Template(
        key="heatstroke", category="工伤", workflow="proposal", tier="A", urgency="",
        lead="YX-WJ", supports=("YX-RS", "YX-QB"), sectors=("construction", "sanitation", "courier"),
        title="建议简化户外职工中暑职业病诊断手续",
        text=(
            "高温天里{town}工地、环卫和快递岗位常有人中暑，去年就有{few}人送医，但没有一个走完职业病诊断。大家不知道"
            "去哪里诊断、要什么材料，单位也不主动。建议卫健部门列一张清单，确定就近的诊断机构，工会印到驿站墙上，{n}"
            "名一线职工都在等。"
        ),
        answers=(
            (
                "已确定诊断机构和材料清单，编成一页纸的办事指南，由工会张贴到全部驿站和项目部。首诊医院遇疑似病例主动"
                "告知并开具证明。"
            ),
            (
                "会同人社部门明确衔接办法：诊断机构出具结论后三个工作日内移交工伤认定。已对{town}用工单位安全员培训一"
                "次，指南随防暑物资发放。"
            ),
        ),
        send_back="清单中未写诊断机构的受理时间，请补充。",
        dissatisfied="指南有了，医院急诊却说没听过这回事。",
        satisfied="墙上一张纸写得明明白白，晓得该找谁。",
        urge="高温天不等人，希望入夏前把清单贴出来。",
    ),
    Template(
        key="injury_claims_clinic", category="工伤", workflow="proposal", tier="B", urgency="",
        lead="YX-SF", supports=("YX-QB", "YX-RS"), sectors=("small", "logistics", "garment"),
        title="建议在{town}设工伤维权咨询点",
        text=(
            "{town}小微企业多，工伤后不会申请、不敢申请的占多数。我们统计了近一年{n}起受伤情况，走完认定的不到一半，"
            "有的过了一年期限才来问。建议司法局和工会在{road}合设咨询点，每周固定半天有律师坐班，材料当场帮着填。"
        ),
        answers=(
            (
                "咨询点已在{town}职工服务站挂牌，每周三下午律师坐班，提供工伤申请代书、证据清单和法律援助初审。首月排"
                "班表已公布。"
            ),
            (
                "经研究，先依托园区调解室设流动咨询点，每两周一次；接待量稳定后改为固定坐班。司法局负责派律师，工会负"
                "责场地和宣传。"
            ),
        ),
        send_back="律师坐班只排到本月，请落实全年排班。",
        dissatisfied="去了两次都没有碰到律师，牌子挂着人不在。",
        satisfied="律师把一年的期限讲得很清楚，没有耽误申请。",
        urge="又有工友快过期限了，盼早点开起来。",
        promise="咨询点由流动改为固定坐班，律师排班落实到全年",
        promise_days=60,
    ),
    Template(
        key="injury_rehab_job", category="工伤", workflow="proposal", tier="C", urgency="",
        lead="YX-JJ", supports=("YX-RS",), sectors=("machinery", "materials", "construction"),
        title="建议建立工伤职工转岗培训通道",
        text=(
            "{firm}近几年评了级的工伤职工有{few}人，治好后干不了原来的活，有的闲在家里，有的被安排看门，收入少了一大"
            "截。本人愿意学新技能，可没有对口的班。建议工会会同人社开一个适合工伤职工的转岗班，学会后优先推荐岗位。"
        ),
        answers=(
            (
                "已摸排全市有转岗意愿的工伤职工，首期开设质检、仓储和数控编程三个方向，学费由工会技能补贴承担，结业后"
                "与用工企业对接。"
            ),
            "培训补贴目录中暂无此类项目，已书面建议上级增列。过渡期由职工技校先开小班，{firm}同意优先留用结业人员。",
        ),
        send_back="请写明首期人数、开班时间和岗位对接情况。",
        dissatisfied="班开在城里，来回两个多小时，腿脚不便去不了。",
        satisfied="学了质检，回厂有了新岗位，工资也稳住了。",
        urge="名额有限，想知道今年还能不能报上。",
    ),
)
