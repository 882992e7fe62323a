"""Matters of 子女教育."""

from __future__ import annotations

from commands.demonstration.template import Template

TEMPLATES = (
    Template(
        key="summer_care",
        category="子女教育",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-NZ",
        supports=("YX-JY", "town"),
        sectors=("electronics", "garment", "logistics", "service"),
        title="建议在{town}办职工子女暑期托管班",
        text=(
            "{town}双职工家庭多，放假孩子没人看，有的锁在出租屋里，{when}还有孩子到河边玩水。我们摸底{n}户报名，年龄"
            "六到十二岁。建议借用园区小学或社区活动室办托管班，早八点到晚六点，收一点伙食费，请大学生志愿者来上课。"
        ),
        answers=(
            (
                "已与{town}商定两个教学点，开班六周，早八点到晚六点，伙食费按成本收取。教师由志愿者和退休教师担任，安"
                "全责任书已签。"
            ),
            (
                "教育部门同意开放一所学校的教室和操场，工会补助课程和意外险。首批名额向一线双职工家庭倾斜，报名办法下"
                "周公布。"
            ),
        ),
        send_back="名额如何分配请公示，双职工优先的依据要写清。",
        dissatisfied="下午四点半就放学，我们六点才下班。",
        satisfied="孩子有人管，上班不用提心吊胆。",
        urge="假期一天天近了，请早点通知报名。",
    ),
    Template(
        key="migrant_school",
        category="子女教育",
        workflow="proposal",
        tier="B",
        urgency="",
        lead="YX-JY",
        supports=("town",),
        sectors=("truck", "logistics", "construction", "small"),
        title="建议解决外来职工子女入学衔接",
        text=(
            "在{town}上班的外来职工{n}户，孩子今年要上小学或转学，材料要租赁备案，房东不肯办，跑了{few}趟都被退回。"
            "{when}有一户只好把孩子送回老家。建议教育局放宽证明种类，允许用工单位开具证明，镇里设一个窗口集中收件。"
        ),
        answers=(
            (
                "已明确用工单位证明和社保记录可代替租赁备案，{town}设集中受理窗口，本批材料已全部收件，统筹安排到两所"
                "有余位的学校。"
            ),
            "会同{town}逐户核对，材料齐全的已安排，缺件的由工会协调房东或单位出证，报名截止前全部办结。",
        ),
        send_back="还有几户缺件，请附名册序号和处理结果。",
        dissatisfied="学校排得太远，接送来回一个半小时。",
        satisfied="孩子能在身边读书，安心留下来干。",
        urge="报名马上截止，请先收下材料。",
        promise="新学期增加学位后，统筹安排符合条件的外来职工子女",
        promise_days=75,
    ),
    Template(
        key="after_school_nurse",
        category="子女教育",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-JY",
        supports=("YX-NZ",),
        sectors=("hospital", "bus", "service"),
        title="建议延长轮班职工子女课后服务时间",
        text=(
            "{firm}实行轮班，职工子女的课后服务五点半结束，晚班的家长接不了，孩子在传达室坐到七点。{n}个家庭在这片学"
            "校上学。{when}家长会上提过，学校说没有经费。建议教育局和工会商量，试点延到七点半，职工交一点成本费。"
        ),
        answers=(
            "已在两所学校试点晚托到七点半，教师轮值有补贴，工会承担一部分费用。报名家庭已分班，接送登记一人一卡。",
            "经测算，先由社区活动室承接晚托，学校五点半后集中护送。试点一学期，满意度达标再推广到其他学校。",
        ),
        send_back="护送途中的安全责任由谁承担，请写入协议。",
        dissatisfied="试点只有两个年级，老大的能托，小的不行。",
        satisfied="孩子不用再坐在传达室等了。",
        urge="下学期马上开始，想知道名额定了没有。",
    ),
    Template(
        key="teen_counsel",
        category="子女教育",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-FW",
        supports=("YX-JY",),
        sectors=("logistics", "truck", "electronics"),
        title="建议为职工家庭开设亲子沟通课堂",
        text=(
            "夜班和跑车的职工和孩子说不上几句话，{when}座谈时{n}名家长都说孩子上了初中就不理人，有的沉迷手机。建议工"
            "会请专业老师到园区讲课，分小班，能一对一咨询，时间放在换班前后，能让爱人也来听。"
        ),
        answers=(
            "已邀请学校心理老师和社工，每月两期小班课，地点在园区职工之家，首期安排在换班日下午，一对一咨询可预约。",
            "与市教育局合办“家长夜校”，线上直播可回看，线下每月一次。首期人数不足的企业合并开班，由服务中心通知。",
        ),
        send_back="请写明课堂后的跟踪安排，不能一讲了之。",
        dissatisfied="讲课时间正在上班，去不了，回看也没开通。",
        satisfied="学会好好说话，孩子愿意开口了。",
        urge="孩子马上中考，请先安排咨询。",
    ),
    Template(
        key="exam_leave",
        category="子女教育",
        workflow="grievance",
        tier="A",
        urgency="7d",
        lead="YX-QB",
        supports=("YX-NZ",),
        sectors=("garment", "service", "small"),
        title="孩子生病请假被记旷工扣发奖金",
        text=(
            "{when}孩子高烧住院，我凌晨给{firm}的组长发消息请假，第二天补了单子，仍按旷工{few}天算，扣了全勤和奖金共"
            "{many}元。手册上写着突发情况可以事后补假。请帮忙把旷工记录改过来，扣的钱退给我。"
        ),
        answers=(
            (
                "经查看消息记录和员工手册，当事人事后补假符合规定。企业已更正为事假，退还全勤和奖金，并在班组会上说明"
                "补假流程。"
            ),
            "已与企业协商，旷工记录撤销，奖金随本月工资补发。手册中“突发情况”的说明不清，由企业工会提请修订。",
        ),
        send_back="请附更正后的考勤记录。",
        dissatisfied="奖金退了，旷工记录还在系统里，影响年底评先。",
        satisfied="记录改了，钱也退了，孩子也好了。",
        urge="月底就要发工资了，请赶在前面。",
    ),
)
