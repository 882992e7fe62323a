"""Matters of 困难帮扶, 互助保障 and 技能培训."""

from __future__ import annotations

from commands.demonstration.template import Template

SUPPORT = (
    Template(
        key="serious_illness", category="困难帮扶", workflow="grievance", tier="A", urgency="15d",
        lead="YX-FW", supports=("YX-YB",), sectors=("garment", "construction", "sanitation"),
        title="患重病治疗费用高申请困难帮扶",
        text=(
            "我在{firm}干了七年，{when}查出肿瘤，手术加化疗自费部分已经五万多，后面还有{few}个疗程。爱人在家照看老人"
            "，孩子上初中，全靠我一个人的工资。听说工会有帮扶，不知道符不符合、找谁申请，材料要不要本人去交。"
        ),
        answers=(
            (
                "帮扶专员已上门收取材料，经入户核查和公示，列入困难职工档案，首笔救助金本周发放。医保部门同步办理大病"
                "二次报销。"
            ),
            (
                "经核对收入，符合意外致困帮扶条件，生活救助和医疗救助一并办理，子女助学随下学期发放。专员每季度走访一"
                "次。"
            ),
        ),
        send_back="公示期是否满，请补公示起止日期。",
        dissatisfied="只给了一次慰问金，后面的疗程没有着落。",
        satisfied="没让我跑路，专员上门把事情办好了。",
        urge="下个疗程快到了，想知道批下来没有。",
        supplement="请补充近一年的收入证明、诊断材料和自费票据，可由企业工会代收。",
    ),
    Template(
        key="flood_loss", category="困难帮扶", workflow="proposal", tier="A", urgency="",
        lead="YX-FW", supports=("town",), sectors=("small", "logistics", "sanitation"),
        title="建议救助{road}受淹职工家庭",
        text=(
            "{when}一场暴雨，{road}一带的出租房进水，{n}户职工被褥电器泡坏，有{few}户墙面裂了不敢住。多数是外来打工的"
            "，没有保险，眼下先要有地方住、有干被子。建议工会先发应急物资，困难的再按规定救助，房屋由街镇联系鉴定。"
        ),
        answers=(
            (
                "当日发放被褥、粮油和消毒用品，开放职工之家安置六户。损失登记完成，符合条件的发放应急救助金，房屋鉴定"
                "结论已交房东。"
            ),
            "会同{town}逐户入户，物资两天内到位。救助金分两档，公示无异议后下周打卡；裂墙房屋已腾空，协助另找住处。",
        ),
        send_back="应急救助分档依据请附表说明。",
        dissatisfied="物资发了，救助金名单里没有我们这一排。",
        satisfied="雨还没停物资就到了，心里有依靠。",
        urge="还有两户睡在车间里，请先安排住处。",
    ),
    Template(
        key="dropout_student", category="困难帮扶", workflow="proposal", tier="A", urgency="",
        lead="YX-FW", supports=("YX-JY",), sectors=("construction", "materials", "truck"),
        title="建议资助困难职工子女就学",
        text=(
            "代表走访{town}，发现{n}户困难职工家庭的孩子今年考上高中或大学，学费凑不齐，有{few}个孩子准备出去打工。助"
            "学申请要网上填，家长不会用手机。建议工会派人上门帮填，助学金在开学前发到位，并介绍暑期勤工岗位。"
        ),
        answers=(
            (
                "专员已逐户上门，帮助填报并收齐材料，助学金开学前打入本人账户。准备弃学的孩子经做工作全部返校，提供了"
                "勤工岗位。"
            ),
            "与教育部门比对学籍，名单公示五天，首批已发放。大学生路费另行补助，暑期岗位由三家企业提供。",
        ),
        send_back="开学前发放的名单与公示名单不一致，请核对。",
        dissatisfied="说好开学前发，报到都过了半个月才到账。",
        satisfied="孩子报到的钱有了，一家人松了口气。",
        urge="报到日子近了，学费还差一截，请抓紧。",
    ),
    Template(
        key="layoff_families", category="困难帮扶", workflow="proposal", tier="C", urgency="",
        lead="YX-FW", supports=("YX-RS", "town"), sectors=("garment", "electronics"),
        title="建议扶助订单减少企业的待岗职工",
        text=(
            "{firm}订单少了，{when}起{n}名职工轮流待岗，每月只有生活费，房租都不够。职工愿意转岗，但附近岗位对口的少"
            "。建议摸清底数，工会先对特别困难的救助，会同人社办专场招聘和短期培训，并向上争取稳岗政策。"
        ),
        answers=(
            (
                "已建立待岗职工名册，困难户发放生活救助，举办两场专场招聘，{few}家企业到场，首批达成意向。稳岗政策建"
                "议已书面上报。"
            ),
            "摸底显示多数职工愿学叉车和仓储，已开两个短训班；稳岗返还申报由人社部门上门办理，企业承诺半年内不裁员。",
        ),
        send_back="报告的是全市数字，本企业多少人上岗请单列。",
        dissatisfied="招聘会上都是远地方的岗，拖家带口去不了。",
        satisfied="学了叉车证，已经在物流园上班了。",
        urge="生活费只够吃饭，房东天天催。",
        promise="稳岗政策获批后，按名册逐人落实补贴和上岗",
        promise_days=120,
    ),
    Template(
        key="mutual_slow", category="互助保障", workflow="grievance", tier="A", urgency="15d",
        lead="YX-HZ", supports=("YX-FW",), sectors=("hospital", "garment", "machinery"),
        title="互助保障住院补助迟迟没有到账",
        text=(
            "我通过{firm}工会参加了职工互助保障，{when}住院{few}天，出院就把材料交给单位工会，到现在没有消息。问企业"
            "说已经报上去，问上面说没收到。到底卡在哪里，要补什么，多少天能到账，请给个准话。"
        ),
        answers=(
            (
                "经查询，材料退在企业端待补，企业未及时告知。现已补齐录入，按规定七个工作日内打入本人银行卡，并短信通"
                "知结果。"
            ),
            (
                "受理系统显示已审核，因银行卡号有误被退回，已联系本人更正重新支付。今后退件二十四小时内直接通知职工本"
                "人。"
            ),
        ),
        send_back="请说明退件为何没有通知本人，并写入改进措施。",
        dissatisfied="到账的数和说的不一样，没有计算单。",
        satisfied="钱到了，哪一步卡住也讲清楚了。",
        urge="交上去很久了，请查一查在谁手里。",
    ),
    Template(
        key="mutual_enroll", category="互助保障", workflow="proposal", tier="A", urgency="",
        lead="YX-HZ", supports=("town", "YX-LL"), sectors=("rider", "courier", "truck"),
        title="建议简化新就业群体互助保障参保",
        text=(
            "{town}的骑手和司机想参加工会互助保障，但要按单位集体办，散单的没有单位，找不到人收钱。{when}我在驿站问了"
            "{n}人，都愿意自己出一部分。建议由街镇工会代收代办，手机上一次填完，当天生效，另外能保门诊意外。"
        ),
        answers=(
            "已开通街镇工会代办通道，驿站扫码填报，市总工会补助一半保费，首批参保名单录入完成，次日零时生效。",
            (
                "我中心与{town}工会商定每月两个集中办理日，工作人员到驿站收件。门诊意外责任需上级产品调整，意见已书面"
                "报送。"
            ),
        ),
        send_back="首批实际生效人数与登记人数差多少，请说明。",
        dissatisfied="登记那天人不在，错过就要等下个月。",
        satisfied="扫码几分钟就办好了，价钱也不贵。",
        urge="跑车天天有风险，希望先办的先生效。",
        promise="门诊意外保障产品上线后，为已参保会员免费加挂",
        promise_days=90,
    ),
    Template(
        key="claims_hospital", category="互助保障", workflow="proposal", tier="B", urgency="",
        lead="YX-HZ", supports=("YX-YB", "YX-WJ"), sectors=("hospital", "school"),
        title="建议互助保障在医院窗口一站结算",
        text=(
            "职工住院报销完医保，还要拿一叠票据回单位盖章再报互助，异地的更麻烦。去年{firm}有{n}人报，平均等了{few}周"
            "。{when}有人怕麻烦干脆不报。建议医保和互助数据连起来，在医院窗口一次结清，先在两家医院试点。"
        ),
        answers=(
            (
                "已与医保、卫健部门确定试点医院两家，出院时医保与互助同步结算，群众只补差额。异地住院可凭电子票据线上"
                "申请。"
            ),
            (
                "因系统接口需上级批复，先采用医保明细共享，免交纸质票据，审核压缩到五个工作日。接口改造列入明年计划，"
                "每季度通报进度。"
            ),
        ),
        send_back="接口改造由谁推进、几时报批，请写出时间表。",
        dissatisfied="试点的是别家医院，我们这里仍要盖章。",
        satisfied="出院那天就结清，不用再跑单位。",
        urge="票据又快超过申请期限，请先把积压的办了。",
        promise="接口批复后在全部二级以上医院开通一站结算",
        promise_days=150,
    ),
    Template(
        key="apprentice_mentors", category="技能培训", workflow="proposal", tier="A", urgency="",
        lead="YX-JJ", supports=("YX-RS",), sectors=("machinery", "electronics"),
        title="建议在{firm}开展师带徒补贴",
        text=(
            "{firm}老师傅{few}年内退休的多，手艺没人接，年轻人跟了半年就走。{when}座谈时{n}名青工说，白天顶岗没时间学"
            "，师傅带徒弟也没有补贴。建议工会会同人社做师带徒，签协议定目标，考核过关给师傅和徒弟发补贴。"
        ),
        answers=(
            "首批师徒签订协议，目标写到具体工序，每季考核一次，合格的补贴当月发放。企业每周安排四小时脱产学习。",
            "市人社局把师带徒列入培训补贴，企业先行垫付。我部派技术骨干参加考核，首次考核定在下季度末。",
        ),
        send_back="补贴标准和发放对象要写清，师徒各多少。",
        dissatisfied="协议签了，排班照旧，根本没有时间学。",
        satisfied="师傅肯教，我们也愿学，都有了盼头。",
        urge="老师傅年底退休，请别再等。",
    ),
    Template(
        key="evening_classes", category="技能培训", workflow="proposal", tier="A", urgency="",
        lead="YX-XJ", supports=("YX-JJ", "town"), sectors=("logistics", "small", "service"),
        title="建议在{town}开设职工夜校",
        text=(
            "{town}青工多，下班没处去。{when}问卷回收{n}份，想学的前三样是电工证、短视频剪辑和普通话表达。现有培训都"
            "在白天、在城里，去不了。建议在{road}职工之家办夜校，晚七点到九点，按季度排课，用课时换补贴。"
        ),
        answers=(
            "夜校已排出首季课表，开设三门课，晚七点开课，学员凭会员码报名，满十五人开班。合格学员可申领技能补贴。",
            "与职业学校签约，教师每周二四晚到{road}授课，场地和教材由工会解决，首期名额报满后增开第二班。",
        ),
        send_back="报名和到课人数差得多，请附签到表。",
        dissatisfied="报名五分钟就满，热门课永远抢不上。",
        satisfied="考下电工证，工资涨了一级。",
        urge="下一季的课什么时候报名，请早告知。",
    ),
    Template(
        key="ai_machine", category="技能培训", workflow="proposal", tier="B", urgency="",
        lead="YX-JJ", supports=("YX-RS", "town"), sectors=("garment", "machinery"),
        title="建议为转型企业职工开设自动化培训",
        text=(
            "{firm}上了自动裁床和检测设备，{when}起三个班组合成一个，{n}名老员工怕被机器顶掉，说明书全是外文也看不懂"
            "。建议工会会同设备厂家和职业院校，在厂里办操作培训，考核合格的优先上岗，五十岁以上的放宽考试时间。"
        ),
        answers=(
            (
                "厂家工程师与职业院校合作，在车间开实操班，分批轮训，每期十天。首期通过的全部上岗，未通过的安排复训，"
                "不因此降薪。"
            ),
            "企业承诺不因上新设备裁减本工序职工。培训教材已译成中文，首期本月开班，补贴由人社部门先行预拨一部分。",
        ),
        send_back="未通过的职工安排在什么岗位，请逐一写明。",
        dissatisfied="只培训了班长，大多数人还是不会操作。",
        satisfied="四十多岁还能学会新机器，很自豪。",
        urge="第二批设备快到货了，再不学就晚了。",
    ),
    Template(
        key="skill_contest", category="技能培训", workflow="proposal", tier="A", urgency="",
        lead="YX-JJ", supports=("YX-JT", "YX-XJ"), sectors=("courier", "rider", "bus"),
        title="建议举办行业职工技能比赛",
        text=(
            "{town}配送和客运职工没有参加过技能比赛，评职级、评先进总轮不上。{when}我们自己搞了一次安全骑行比试，来了"
            "{n}人。建议工会正式办一次分拣和安全驾驶比赛，成绩与技能补贴挂钩，前{few}名推荐为技术能手。"
        ),
        answers=(
            "比赛方案已印发，设三个项目，报名不限企业。前列选手由人社部门按规定晋升技能等级，其余发放训练补贴。",
            "结合安全月举办，赛前训练三场，裁判由职业学校担任。因场地审批，定在下季度首月，方案已公示。",
        ),
        send_back="前列选手等级晋升依据没有附，请补文件。",
        dissatisfied="报名要单位盖章，散单的还是上不了场。",
        satisfied="拿了名次，也评上了高级工。",
        urge="大家训练都热火朝天，日子能不能定下来。",
    ),
    Template(
        key="language_safety", category="技能培训", workflow="proposal", tier="A", urgency="",
        lead="YX-XJ", supports=("YX-YJ",), sectors=("construction", "materials", "logistics"),
        title="建议为一线职工开展看得懂的安全教育",
        text=(
            "{firm}的安全培训是念文件签名，{n}名一线职工文化程度不高，{when}考试一半答不上，实操遇险更不知怎么办。建"
            "议用图片、视频和实物讲，多放真实场景，考不过的不罚钱、再教一遍，班前五分钟抽问一条。"
        ),
        answers=(
            (
                "已用图画和短片重做教材，班组用实物演练，考核改为口答加实操。首轮{n}人全部过关，未过关者单独补教，不"
                "扣工资。"
            ),
            "应急部门派讲师到班组授课，安全体验车停在厂区两天，全员体验。班前五分钟抽问由班组长记录，每月检查。",
        ),
        send_back="首轮合格名单请附实操记录，口答不能代替。",
        dissatisfied="又放了一遍录像，该签字还是签字。",
        satisfied="图画看得懂，也敢在班前提问了。",
        urge="新来的工友没培训就上岗，请先停一停。",
    ),
)
