"""Matters of 工会经费与组织 and 民主管理."""

from __future__ import annotations

from commands.demonstration.template import Template

ORGANISATION = (
    Template(
        key="union_funds_public", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-CW", supports=("YX-ZZ",), sectors=("machinery", "garment", "school"),
        title="建议{firm}工会经费使用每季公开",
        text=(
            "{firm}工会{when}发福利，有人多有人少，账怎么花的没人讲得清。{n}名会员联名要求公开。建议每季度在公示栏列"
            "明收入、支出、结余，大额支出先经会员代表讨论，经审委员签字，接受会员质询。"
        ),
        answers=(
            (
                "已指导该工会补做近一年收支公示，逐项列明，会员代表会上逐条答复。今后每季首月十日前公示，由经审委员签"
                "字。"
            ),
            "财务部现场核查，账实相符，但公开不规范，已当场改正，并建立大额支出会审制度。下季度抽查一次。",
        ),
        send_back="公示只有总数，没有明细项，请补后再报。",
        dissatisfied="贴在办公室里面的栏上，普通会员看不到。",
        satisfied="一笔一笔清清楚楚，心里没疙瘩了。",
        urge="年底又要用经费，请在花钱之前公开。",
    ),
    Template(
        key="gift_standard", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-CW", supports=("YX-FW",), sectors=("service", "small", "electronics"),
        title="建议明确节日慰问发放标准和范围",
        text=(
            "过节慰问品，有的企业会员有，劳务派遣的没有；有的发购物卡，有的发米面。{town}的{n}名派遣职工问为什么不给"
            "。财务想发又怕违规，{when}干脆不发了。建议市总把标准、范围和票据要求印成一页纸，各基层工会照着办。"
        ),
        answers=(
            (
                "已印发一页纸口径，列明年度人均标准、发放对象和票据要求，派遣会员由建会单位负责，已在培训班上讲解并答"
                "疑。"
            ),
            "对咨询较多的派遣职工慰问，明确会员一视同仁，可与派遣单位协商分担。常见问题汇成问答，发到各基层工会。",
        ),
        send_back="口径的依据文号没有写，请核对后再发。",
        dissatisfied="口径发了，我们公司说没收到，照旧没有。",
        satisfied="有了口径，财务敢签字，会员也服气。",
        urge="节日马上到了，请先把口径发到基层。",
    ),
    Template(
        key="small_firm_join", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-ZZ", supports=("town",), sectors=("small", "logistics"),
        title="建议为{town}小微企业建立联合工会",
        text=(
            "{road}沿线小微企业{few}十来家，每家不满二十五人，都没有工会，{n}名职工遇事不知道找谁。{when}走访时多数老"
            "板不反对，但怕麻烦、怕花钱。建议由街镇牵头组建联合工会，选会说话的职工当主席，办公和活动由街镇解决。"
        ),
        answers=(
            (
                "联合工会已召开成立大会，选出主席和五名委员，覆盖首批企业，设职工信箱。经费先由街镇代管，给会员发放互"
                "助保障。"
            ),
            "筹备组已逐家上门，签了入会意向，届期、代表分配由筹备组按规定办理，大会定在下月上旬，我部派员指导。",
        ),
        send_back="选举程序材料不全，请补候选人公示和票数。",
        dissatisfied="牌子挂了，半年没有一次活动，也没人来问。",
        satisfied="小厂的人也有了说话的地方。",
        urge="已经等了两个季度，能不能定下开会日期。",
        promise="联合工会完成选举并覆盖名单内全部企业",
        promise_days=60,
    ),
    Template(
        key="chair_election", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-ZZ", supports=("town",), sectors=("materials", "construction", "chemical"),
        title="建议规范{firm}工会换届",
        text=(
            "{firm}工会届满一年多没有换届，主席由人事经理兼着，委员缺了{few}位。{n}名会员在意见箱里提过，公司说忙、人"
            "凑不齐。{when}有职工受伤，工会没有人出面。建议上级督促限期换届，候选人从一线推选，企业负责人近亲属不得担"
            "任。"
        ),
        answers=(
            (
                "已下发换届督促函，指导成立筹备组，候选人从车间推荐，资格由上级工会审查，大会定期召开，主席按规定回避"
                "不兼人事。"
            ),
            (
                "约谈企业负责人后，企业同意在四十日内换届。我部派员全程监督，票箱和选票由上级工会统一管理，结果当场公"
                "布。"
            ),
        ),
        send_back="候选人资格审查结论没有附，请补。",
        dissatisfied="换届走过场，候选人还是办公室定的。",
        satisfied="这次选的人是车间里天天见的，说话管用。",
        urge="已超期一年多，请定下开会日子。",
    ),
    Template(
        key="member_card", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-ZZ", supports=("YX-LL", "YX-FW"), sectors=("courier", "rider", "truck"),
        title="建议方便流动职工转会和续会",
        text=(
            "{town}的快递员和司机经常换站点，每换一次会员关系就断，重新入会要再填一张表。{when}{n}人因为关系没转过来"
            "，没有领到慰问和体检。建议用一个会员码跟人走，换单位只更新单位，不用退会再入。"
        ),
        answers=(
            "已开通线上转会，由新单位工会确认，原工会三个工作日不答复自动转出，会籍和工龄连续。驿站专员可代办。",
            "先在{town}试点“一码随人”，会员权益不因换岗中断。名单内未领到待遇的职工逐人补发，下季度推广到全市。",
        ),
        send_back="补发名单请附签收，并说明还有几人未到。",
        dissatisfied="码换了，原站点还是没有放人。",
        satisfied="换站点一个月了，权益没有断。",
        urge="再过几天换季体检，请先把名单转过去。",
    ),
    Template(
        key="clubs_grants", category="工会经费与组织", workflow="proposal", tier="A", urgency="",
        lead="YX-XJ", supports=("YX-CW",), sectors=("school", "hospital", "machinery"),
        title="建议支持{firm}职工文体小组",
        text=(
            "{firm}职工自发搞了羽毛球和合唱两个小组，{n}人参加，场地靠借、经费靠凑。{when}想参加全市活动，连服装都是"
            "自己买。建议工会按小组人数给一点活动经费，借用职工之家和学校场地，年底展示一次。"
        ),
        answers=(
            (
                "两个小组已备案，按人数核定年度经费，限定用于场地和训练，凭票报销。职工之家周二周四晚固定开放，参加全"
                "市活动由工会统一组织。"
            ),
            "与两所学校达成场地共用，周末开放；经费纳入年度预算，公开使用情况。年底举办一次全市职工文体展示。",
        ),
        send_back="经费核定标准请附依据，避免各小组苦乐不均。",
        dissatisfied="报销拖了三个月，组长自己垫的钱没还。",
        satisfied="有固定场地，打球的人多了一倍。",
        urge="展演就在下个月，服装费能不能先批。",
    ),
    Template(
        key="workers_congress_skip", category="民主管理", workflow="proposal", tier="A", urgency="",
        lead="YX-ZZ", supports=("YX-QB",), sectors=("garment", "electronics", "service"),
        title="建议{firm}按期召开职工代表大会",
        text=(
            "{firm}两年没有开过职代会，考勤和奖惩制度改了三次，都是发群消息执行，{when}又加了一条罚款。{n}名职工认为"
            "没有讨论过，罚得没道理。建议督促企业按期召开职代会，涉及职工切身利益的制度，先征求意见、表决后再执行。"
        ),
        answers=(
            "企业于近日召开职代会，审议考勤和奖惩制度，罚款条款被否决，已收的罚款退还职工。会议决议书面公示七天。",
            (
                "已发出督促函并派员指导，企业成立筹备组，代表按班组选举，会期定在下月；制度草案提前十日发到班组征求意"
                "见。"
            ),
        ),
        send_back="退还罚款的签收表没有附，请补。",
        dissatisfied="开是开了，代表都是班组长，工人没几个。",
        satisfied="钱退了，以后改制度要先问我们。",
        urge="又有一条新规定要执行，请先停一停。",
    ),
    Template(
        key="factory_affairs_public", category="民主管理", workflow="proposal", tier="A", urgency="",
        lead="town", supports=("YX-ZZ",), sectors=("materials", "machinery", "construction"),
        title="建议{firm}厂务公开栏真公开",
        text=(
            "{firm}的公开栏还是两年前的内容，职工关心的社保缴纳、加班安排、评先名单都没有。{when}评先，{n}名职工看到"
            "名单才知道，一票没有投过。建议把公开事项列清单，一月一更新，职工代表签字确认，群众可以问、必须答。"
        ),
        answers=(
            "公开栏全部更新，列出社保、评先、加班等八项，每月五日前更新，由两名职工代表签字。提问一周内张贴答复。",
            "企业设电子屏和公开栏双渠道，首期内容已发，评先结果重新公示，有异议的重新投票。镇街工会按月检查。",
        ),
        send_back="请附更新前后的照片和代表签字页。",
        dissatisfied="更新一次就没有下文，问了也不答。",
        satisfied="评先重新投了，名单大家都认。",
        urge="新一轮评先又要定了，请在定之前公开。",
    ),
    Template(
        key="proposals_unanswered", category="民主管理", workflow="proposal", tier="A", urgency="",
        lead="YX-LL", supports=("YX-BG",), sectors=("hospital", "school", "bus"),
        title="建议对职代会提案逐件答复",
        text=(
            "{firm}{when}职代会收了{n}件提案，会后只公布了“已转有关部门”，一年过去，多数没有回音。提案人问了就说在"
            "研究。建议建一本台账，每件写明承办人、时限和结果，办不到的讲清理由，本人评价后才能销号。"
        ),
        answers=(
            "已指导建立提案台账，逐件补办，答复书由承办科室签发并交提案人评价，不满意的退回重办，进度每月公布。",
            "已对遗留提案分类：立即办、限期办、需上报的各一批，承办人和时限上墙，首批答复书已送达提案人。",
        ),
        send_back="答复书多是“正在研究”，请要求写清时间。",
        dissatisfied="答复拿到了，说得模糊，等于没有办。",
        satisfied="答复写得实在，不行的也说清了为什么。",
        urge="又快开职代会了，去年的还没有结果。",
    ),
    Template(
        key="contract_bargain", category="民主管理", workflow="proposal", tier="B", urgency="",
        lead="YX-QB", supports=("YX-ZZ",), sectors=("logistics", "courier", "construction"),
        title="建议{town}开展行业工资集体协商",
        text=(
            "{town}快递、物流和施工企业多，小单位没有能力谈，工资你压我、我压你，{when}旺季一走就降。{n}名职工希望按"
            "行业定一个最低计件单价和休息标准。建议由街镇工会和行业协会一起谈，签行业协议，小企业照着执行。"
        ),
        answers=(
            (
                "已成立行业协商小组，双方各派六名代表，谈定单价下限、休息日和恶劣天气停单办法，协议公示后覆盖全部会员"
                "企业。"
            ),
            "首轮协商因单价分歧暂停，双方同意引入第三方测算，测算本月完成，第二轮协商定在下月中旬。",
        ),
        send_back="覆盖企业名册请附，写清哪些未签、为何未签。",
        dissatisfied="协议签了，站点照样按老价算钱。",
        satisfied="行业有了底线，不用你争我压。",
        urge="旺季就要到了，协商能不能提到前面。",
        promise="第三方测算完成后，三十日内签订行业集体合同",
        promise_days=60,
    ),
    Template(
        key="closed_door_transfer", category="民主管理", workflow="grievance", tier="A", urgency="15d",
        lead="town", supports=("YX-ZZ", "YX-QB"), sectors=("garment", "electronics", "machinery"),
        title="厂区搬迁方案职工不知情要求公开",
        text=(
            "听说{firm}要把车间搬到二十公里外，{when}设备已经在拆，没有人通知，也没有开过会。{n}个人里大半住在附近，"
            "要接送孩子，搬过去来回三个小时，不愿去的怎么办也没有说法。要求公开方案，讲明班车、补贴和不去职工的处置，"
            "再搬不迟。"
        ),
        answers=(
            (
                "镇街工会已约见企业负责人，企业暂缓搬迁，召开职工大会说明方案：开通班车、发放交通补贴，不愿随迁的依法"
                "支付经济补偿。"
            ),
            "会同市总权益部指导协商，班车和补贴已写入协议，随迁与不随迁各有选择书，本人签字为准，期限延长半个月。",
        ),
        send_back="不随迁职工的补偿是否到位，请分人列表。",
        dissatisfied="班车只到路口，补贴比说的少了一半。",
        satisfied="方案讲明白了，愿去的去，不去的也给了补偿。",
        urge="设备又开始拆了，请让他们先停下。",
    ),
    Template(
        key="fine_rules", category="民主管理", workflow="grievance", tier="A", urgency="15d",
        lead="YX-QB", supports=("YX-RS", "YX-ZZ"), sectors=("service", "small", "logistics"),
        title="公司以罚款代替管理要求纠正",
        text=(
            "{firm}迟到一分钟罚五十，上厕所超时罚，微信群没回也罚，{when}一个月我被罚了{many}元，{n}个同事都有。问依"
            "据，说制度写着，可制度从来没给我们看过。请查一下这样罚行不行，罚走的钱能不能退。"
        ),
        answers=(
            (
                "经查制度未经民主程序和公示，不得作为扣款依据。企业承诺停止罚款，已扣款项退还，修订制度交职工讨论后公"
                "布。"
            ),
            (
                "已发监督提示函，企业书面答复改正，退款名单经职工核对，随工资退回。新规定改为教育提醒为主，由镇街工会"
                "回访。"
            ),
        ),
        send_back="退款总额和人数请附表，不能只写已退。",
        dissatisfied="退了大头，厕所那一项的没退，说是纪律。",
        satisfied="乱罚的钱退了，制度也先给我们看。",
        urge="又被罚了两次，请让他们先停下来。",
    ),
)
