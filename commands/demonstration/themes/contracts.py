"""Matters of 劳动合同."""

from __future__ import annotations

from commands.demonstration.template import Template

TEMPLATES = (
    Template(
        key="no_contract_small",
        category="劳动合同",
        workflow="grievance",
        tier="A",
        urgency="7d",
        lead="YX-QB",
        supports=("YX-RS", "YX-SF"),
        sectors=("small",),
        title="入职半年未签劳动合同要求补签",
        text=(
            "我在{town}{road}的一家小公司做文员，入职半年多，一直没签劳动合同，社保也没交。问老板，他说公司小、大家都"
            "这样。{when}同事辞职，工资还被扣了一截。我想补签合同，也想知道没签合同的这几个月能不能要求赔偿，怕直接去"
            "说会被辞退。"
        ),
        answers=(
            (
                "已联系当事人说明：自用工满一个月起未订书面合同的，应支付二倍工资差额。经上门协调，公司补签合同并补办"
                "参保，赔偿数额由双方在调解室协商。"
            ),
            (
                "工会法律援助律师已为职工出具意见，并以抽查名义到园区检查，未透露反映人身份。该公司及同楼{few}家企业"
                "均已限期补签，本月底复查。"
            ),
        ),
        send_back="请写明补签合同的起始日期是否从实际入职之日算起。",
        dissatisfied="合同是签了，入职日期却写成了这个月，前半年不认。",
        satisfied="没有暴露我，合同和社保都办好了。",
        urge="试着问一下进展，公司又有人在催我离职。",
        supplement="请补充公司名称、入职时间，以及工资转账或工作群记录等能证明劳动关系的材料。",
    ),
    Template(
        key="dismissed_pregnant",
        category="劳动合同",
        workflow="grievance",
        tier="A",
        urgency="24h",
        lead="YX-NZ",
        supports=("YX-QB", "YX-RS"),
        sectors=("garment", "service", "electronics"),
        title="怀孕后被调岗降薪并要求自动离职",
        text=(
            "我在{firm}上班三年多，{when}告诉组长怀孕后，第二天就被调去搬货，工资降了一级。人事让我自己写离职单，说不"
            "写就按旷工算。医生叫我不要搬重物，诊断证明我交过。请工会帮我恢复原来的岗位和工资，不要用这种办法逼人走。"
        ),
        answers=(
            (
                "我部当日与企业人事当面沟通，说明孕期不得降低工资、不得安排禁忌劳动。企业已撤回调岗决定，恢复原岗位原"
                "工资，差额随本月工资补发。"
            ),
            (
                "已向企业发出劳动法律监督意见书，企业书面答复纠正，安排职工到质检岗位坐班，待遇不变；产检时间按劳动时"
                "间计算，工会每月回访一次。"
            ),
        ),
        send_back="请附恢复岗位的书面通知，口头答应不能作为办结依据。",
        dissatisfied="岗位是换回来了，绩效却打了最低档，到手还是少。",
        satisfied="人事当面道了歉，现在能安心上班和产检。",
        urge="组长又在问我什么时候走，请快一点。",
    ),
    Template(
        key="outsourced_transfer",
        category="劳动合同",
        workflow="proposal",
        tier="B",
        urgency="",
        lead="YX-QB",
        supports=("YX-RS",),
        sectors=("sanitation", "hospital", "school"),
        title="建议理顺{firm}外包人员合同接续",
        text=(
            "{firm}的保洁、护工等岗位{when}换了外包公司，{n}名职工被要求先辞职再与新公司签合同，原来的工龄不提。多数"
            "人年纪偏大，看不懂合同。建议由工会牵头，把工龄接续、年休假和经济补偿谈清楚再签，并请律师到现场逐条讲一遍"
            "。"
        ),
        answers=(
            (
                "已组织发包单位和前后两家外包公司座谈，确认工龄连续计算，写入新合同补充条款。工会律师到场讲解两场，职"
                "工逐一签收文本，无人被迫签字。"
            ),
            (
                "前一家公司同意按规定支付经济补偿，由职工自选补偿或工龄接续，统计表已公示三天无异议。新合同本周签完，"
                "我部抽查三成。"
            ),
        ),
        send_back="选择接续工龄的名单与补充条款份数不一致，请核对。",
        dissatisfied="说好工龄连着算，新合同里只写了本公司的日期。",
        satisfied="有律师在旁边一条条讲，这回签字心里明白。",
        urge="新公司说月底前必须签，时间不多了。",
    ),
    Template(
        key="probation_repeat",
        category="劳动合同",
        workflow="proposal",
        tier="A",
        urgency="",
        lead="town",
        supports=("YX-RS",),
        sectors=("machinery", "electronics", "small"),
        title="建议清理{town}企业反复试用的做法",
        text=(
            "{town}几家企业旺季招人都签三个月试用，期满让人离职再重新招进来，又算试用。{when}就有{n}名职工被这样“续"
            "”了第二次，转正工资一直拿不到。建议镇街工会联合人社所做一次专项检查，公布正反两方面的例子，并发一份合同"
            "签订明白纸。"
        ),
        answers=(
            (
                "已联合劳动保障所检查用工二十人以上企业，查出重复约定试用期的{few}家，均已改正并补发转正工资差额。明"
                "白纸印发到车间和宿舍。"
            ),
            "专项检查已完成，建立问题清单逐家销号。对拒不改正的企业发出意见书并抄送市人社局，本季度末回头看。",
        ),
        send_back="请列出每家企业补发人数，只写“均已改正”看不出效果。",
        dissatisfied="我们厂没查到，还是老样子，能不能再来一次。",
        satisfied="转正工资补了，新来的也不用再试第二回。",
        urge="旺季招工马上开始，建议检查往前提。",
    ),
)
