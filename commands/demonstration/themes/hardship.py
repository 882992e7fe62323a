"""Matters of 困难帮扶."""

from __future__ import annotations

from commands.demonstration.template import Template

TEMPLATES = (
    Template(
        key="serious_illness",
        category="困难帮扶",
        workflow="grievance",
        tier="A",
        urgency="15d",
        lead="YX-FW",
        supports=("YX-YB",),
        sectors=("garment", "construction", "sanitation", "rider"),
        title="患重病治疗费用高申请困难帮扶",
        text=(
            "我在{firm}干了七年，今年查出肿瘤，手术加化疗自费部分已经五万多，后面还有{few}个疗程。爱人在家照看老人，"
            "孩子上初中，全靠我一个人的工资。听说工会有帮扶，不知道符不符合、找谁申请，材料要不要本人去交。"
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
        key="flood_loss",
        months=(6, 7, 8, 9),
        category="困难帮扶",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-FW",
        supports=("town",),
        sectors=("small", "logistics", "sanitation"),
        title="建议救助{road}受淹职工家庭",
        text=(
            "{when}一场暴雨，{road}一带的出租房进水，{n}户职工被褥电器泡坏，有{few}户墙面裂了不敢住。多数是外来打工的"
            "，没有保险，眼下先要有地方住、有干被子。建议工会先发应急物资，困难的再按规定救助，房屋由街镇联系鉴定。"
        ),
        answers=(
            (
                "当日发放被褥、粮油和消毒用品，开放职工之家安置{few}户。损失登记完成，符合条件的发放应急救助金，房屋"
                "鉴定结论已交房东。"
            ),
            "会同{town}逐户入户，物资两天内到位。救助金分两档，公示无异议后下周打卡；裂墙房屋已腾空，协助另找住处。",
        ),
        send_back="应急救助分档依据请附表说明。",
        dissatisfied="物资发了，救助金名单里没有我们这一排。",
        satisfied="雨还没停物资就到了，心里有依靠。",
        urge="还有两户睡在车间里，请先安排住处。",
    ),
    Template(
        key="dropout_student",
        months=(6, 7, 8),
        category="困难帮扶",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-FW",
        supports=("YX-JY",),
        sectors=("construction", "materials", "truck"),
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
        key="layoff_families",
        category="困难帮扶",
        workflow="proposal",
        tier="C",
        urgency="",
        lead="YX-FW",
        supports=("YX-RS", "town"),
        sectors=("garment", "electronics"),
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
)
