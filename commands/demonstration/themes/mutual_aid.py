"""Matters of 互助保障."""

from __future__ import annotations

from commands.demonstration.template import Template

TEMPLATES = (
    Template(
        key="mutual_slow",
        category="互助保障",
        workflow="grievance",
        tier="A",
        urgency="15d",
        lead="YX-HZ",
        supports=("YX-FW",),
        sectors=("hospital", "garment", "machinery"),
        title="互助保障住院补助迟迟没有到账",
        text=(
            "我通过{firm}工会参加了职工互助保障，两个月前住院{few}天，出院就把材料交给单位工会，到现在没有消息。问企"
            "业说已经报上去，问上面说没收到。到底卡在哪里，要补什么，多少天能到账，请给个准话。"
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
        key="mutual_enroll",
        category="互助保障",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="YX-HZ",
        supports=("town", "YX-LL"),
        sectors=("rider", "courier", "truck"),
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
        key="claims_hospital",
        category="互助保障",
        workflow="proposal",
        tier="B",
        urgency="",
        lead="YX-HZ",
        supports=("YX-YB", "YX-WJ"),
        sectors=("hospital", "school"),
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
)
