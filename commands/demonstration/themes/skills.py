"""Matters of 技能培训."""

from __future__ import annotations

from commands.demonstration.template import Template

TEMPLATES = (
    Template(
        key="apprentice_mentors",
        category="技能培训",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-JJ",
        supports=("YX-RS",),
        sectors=("machinery", "electronics"),
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
        key="evening_classes",
        category="技能培训",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-XJ",
        supports=("YX-JJ", "town"),
        sectors=("logistics", "small", "service"),
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
        key="ai_machine",
        category="技能培训",
        workflow="proposal",
        tier="B",
        urgency="",
        lead="YX-JJ",
        supports=("YX-RS", "town"),
        sectors=("garment", "machinery"),
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
        key="skill_contest",
        category="技能培训",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-JJ",
        supports=("YX-JT", "YX-XJ"),
        sectors=("courier", "rider", "bus"),
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
        key="language_safety",
        category="技能培训",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-XJ",
        supports=("YX-YJ",),
        sectors=("construction", "materials", "logistics"),
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
