"""Matters of 阵地建设（驿站） and 生活服务."""

from __future__ import annotations

from commands.demonstration.template import Template

STATIONS = (
    Template(
        key="rider_station", category="阵地建设（驿站）", workflow="proposal", tier="A", urgency="",
        lead="YX-QB", supports=("town", "YX-CG"), sectors=("rider",),
        title="建议在{road}商圈建一处骑手驿站",
        text=(
            "{road}商圈每天有{n}名骑手等单，天热蹲树荫，下雨挤在商场门口，保安常来赶人。最近的驿站骑车要十多分钟，单"
            "子一来根本去不了。{when}我们在群里问过，大家最需要的是饮水、充电、微波炉和一个能坐下来的地方，面积不用大"
            "，希望开到晚上十一点。"
        ),
        answers=(
            (
                "已会同{town}选定{road}临街公房一间，约三十平方米，配饮水机、充电柜、微波炉和急救箱，电改完成，下月初"
                "启用，开放到晚上十一点。"
            ),
            (
                "经三方踏勘，商场同意无偿提供一楼门面，市总工会补助设备，{town}负责日常管理，两名骑手代表参加管理小组"
                "。现已装修过半，本月底交付。"
            ),
        ),
        send_back="请补充启用时间、开放时段和管理人员，照片应能看出位置。",
        dissatisfied="驿站晚上八点就锁门了，我们夜里正是等单的时候，用不上。",
        satisfied="第一天就去坐了，水是热的，手机也能充上电。",
        urge="雨季快到了，请问选址定下来没有。",
        supplement="请补充建议选址的具体位置、高峰时段人数，以及周边已有驿站的距离。",
        promise="商圈改造腾出的临街公房交付后，一个月内建成驿站",
        promise_days=60,
    ),
    Template(
        key="driver_home", category="阵地建设（驿站）", workflow="proposal", tier="B", urgency="",
        lead="town", supports=("YX-QB", "YX-JT"), sectors=("truck",),
        title="建议在{firm}附近建货车司机之家",
        text=(
            "{town}每天进出货车{many}多辆，司机排队装卸少则三小时，多则过夜，吃饭靠泡面，洗澡没地方，夜里停路边还怕偷"
            "油。{when}代表们登记了{n}名司机的意见，盼着有一处能停车、洗澡、吃饭、打个盹的地方，收费低一点也行。"
        ),
        answers=(
            (
                "已选定园区东侧空地建司机之家，设停车位、淋浴间、简餐和休息舱，市总工会与{town}各出一部分经费，水电已"
                "接通，试运行两周后正式开放。"
            ),
            (
                "用地手续需多个部门会审，现已完成规划意见。先行把园区旧食堂改为临时休息点，提供热水和简餐，夜间有人巡"
                "逻，明天起开放。"
            ),
        ),
        send_back="临时休息点已开放，但主体工程没有时间表，请补。",
        dissatisfied="淋浴只有两个，停车还是停在外面，偷油的事没解决。",
        satisfied="跑长途的能洗个热水澡，这就是办了实事。",
        urge="天越来越冷，睡在驾驶室里不安全。",
        promise="司机之家主体工程完成验收并投入使用",
        promise_days=150,
    ),
    Template(
        key="charging_bikes", category="阵地建设（驿站）", workflow="proposal", tier="B", urgency="",
        lead="town", supports=("YX-CG", "YX-YJ"), sectors=("rider", "courier"),
        title="建议在{road}增设电动车换电柜",
        text=(
            "{road}沿线换电柜只有一组，高峰要排{few}十分钟，骑手只好把电池拎回出租屋充电，{when}已经冒过一次烟。这一"
            "带有{n}名骑手和快递员，建议在驿站旁和两个小区门口各设一组，由综合执法部门协调位置，应急部门把好消防关。"
        ),
        answers=(
            (
                "三处点位已会审通过，其中两组建成通电，第三组待电力增容。换电柜均配自动灭火装置，运营单位承诺两小时到"
                "场维修。"
            ),
            (
                "已协调运营企业先投放两组移动式换电柜应急，固定点位本月内施工。{town}同步开展出租屋“飞线”充电劝导，"
                "发放安全提示。"
            ),
        ),
        send_back="第三组的增容完成时间没有写，请与电力部门落实。",
        dissatisfied="装在路对面的死角，晚上没灯，还是不方便。",
        satisfied="排队的少了，不用把电池拎上楼。",
        urge="电池拎回屋里太危险，请先上应急的。",
    ),
    Template(
        key="station_closed_noon", category="阵地建设（驿站）", workflow="proposal", tier="A", urgency="",
        lead="YX-FW", supports=("town",), sectors=("sanitation", "courier"),
        title="建议解决驿站午间锁门和设备失修",
        text=(
            "{road}的户外劳动者驿站门上写着全天开放，实际中午十二点就锁了，说是看门的要吃饭。微波炉{when}坏了没人修，"
            "饮水机滤芯一年没换。环卫和快递员{n}人都反映过。建议中午不关门，设备报修有期限，墙上写明由谁负责。"
        ),
        answers=(
            (
                "已查实，午间由志愿者轮值，自本周起不再锁门。微波炉已更换，滤芯每季度一换并贴标签，门口公示负责人和报"
                "修办法。"
            ),
            (
                "对全市驿站做了一次暗访，问题列表逐站整改，{road}站设备三天内修复。今后按月暗访，连续两次不合格的收回"
                "牌子和补助。"
            ),
        ),
        send_back="暗访整改表里没有这一站的复查结论，请补。",
        dissatisfied="头一个星期开了，后来中午又锁上了。",
        satisfied="中午能热饭了，谢谢。",
        urge="带的饭都是凉的，盼着早点修好。",
    ),
    Template(
        key="reading_corner", category="阵地建设（驿站）", workflow="proposal", tier="A", urgency="",
        lead="YX-XJ", supports=("town",), sectors=("electronics", "machinery", "logistics"),
        title="建议更新{firm}职工书屋图书和时间",
        text=(
            "{firm}的职工书屋挂牌多年，书还是旧的，技术类的更少，开门时间正好是上班时间。{when}问了{n}名青工，多数想"
            "看数控、电工和考证用书，也想晚上有个地方自习。建议更新一批书，晚间开放，由青工自己排班管理。"
        ),
        answers=(
            (
                "已按职工点单配送图书三百册，以考证和技能类为主。书屋改为工作日晚六点至九点半开放，由青工志愿者轮值，"
                "值班表贴在门上。"
            ),
            "与市图书馆签订流动借阅协议，每两月换书一次。企业补装照明和空调，先试开一个月，根据人数再定时间。",
        ),
        send_back="换书清单请由职工代表签字，避免只换封面不换内容。",
        dissatisfied="书换了，门还是六点就锁。",
        satisfied="下班有个安静地方复习，考证有望。",
        urge="报考快截止了，书能不能先到一部分。",
    ),
    Template(
        key="canteen_nightshift", category="生活服务", workflow="proposal", tier="A", urgency="",
        lead="town", supports=("YX-WJ",), sectors=("electronics", "logistics", "machinery"),
        title="建议改善{firm}夜班食堂饭菜",
        text=(
            "{firm}夜班食堂只有一个窗口，菜是中午剩的，{when}有{few}个人吃完拉肚子。{n}名夜班职工希望菜当餐现做，餐费"
            "补贴不减，价格和食材来源公开，成立有职工参加的伙食委员会，每月打分，分低就换承包方。"
        ),
        answers=(
            (
                "已指导企业成立伙委会，职工占六成，食材台账和价格每日上墙。夜班菜当餐现做，首月满意度测评合格，承包合"
                "同加入退出条款。"
            ),
            (
                "卫生部门抽检，发现留样不全，已责令整改并处理承包方。镇街工会督促企业重新招标，过渡期由企业统一配送盒"
                "饭。"
            ),
        ),
        send_back="测评由谁组织、多少人打分，请附结果。",
        dissatisfied="热了一个星期，又变回剩菜。",
        satisfied="夜里吃上现炒的菜，吃得放心。",
        urge="又有人闹肚子，请快点来看看。",
    ),
    Template(
        key="dorm_hot_water", category="生活服务", workflow="grievance", tier="A", urgency="24h",
        lead="town", supports=("YX-YJ",), sectors=("garment", "electronics", "construction"),
        title="集体宿舍热水和线路问题请督促解决",
        text=(
            "我们住{firm}的集体宿舍，八人一间，热水{when}就断断续续，一层楼{n}个人抢两个水龙头。插座发烫，有的烧黑了"
            "，宿管说用电多怪自己。请督促单位修热水、查线路，别等着火了再管。"
        ),
        answers=(
            (
                "当日到宿舍查看，烧黑插座全部更换，线路由电工重新布置。热水器增加一台，分时供应表贴在楼道，安全员每周"
                "巡查。"
            ),
            "企业先从相邻楼接通热水应急，老旧线路改造已请专业队伍，七天内完工，其间限功率用电并安排夜间值守。",
        ),
        send_back="线路改造是否经检测合格，请附检测单。",
        dissatisfied="热水好了两天又凉了，插座换了一半。",
        satisfied="热水有了，插座也不烫手了。",
        urge="今晚又跳闸了，请抓紧。",
    ),
    Template(
        key="shuttle_park", category="生活服务", workflow="proposal", tier="B", urgency="",
        lead="YX-JT", supports=("town",), sectors=("electronics", "machinery", "logistics"),
        title="建议开通{town}园区早晚班通勤线",
        text=(
            "{town}园区夜班十点半下班，末班公交九点就收了。{n}名职工只能拼黑车或骑车走{road}，没有路灯，{when}还有女"
            "工被尾随。几家企业愿意分摊一部分费用，建议交通部门开一趟夜班线，先试运行，人数够了再固定下来。"
        ),
        answers=(
            (
                "已开通夜班通勤线试运行三个月，十点四十五分发车，沿途设六站，企业与公交分摊成本，职工凭卡乘坐。路灯已"
                "报市政补装。"
            ),
            "经客流调查，先用中型车定制班线，手机预约，满二十人即开。{road}路灯本月底亮灯，巡逻车在下班时段加密。",
        ),
        send_back="试运行客流数据请按周报送，路灯是否亮了要现场看。",
        dissatisfied="只开到半路，到宿舍还要走二十多分钟。",
        satisfied="夜班下来有车坐，家里人放心了。",
        urge="夜班女工多，天黑得又早，请先开起来。",
        promise="夜班线试运行期满，根据客流确定为固定班次",
        promise_days=90,
    ),
    Template(
        key="delivery_entry", category="生活服务", workflow="proposal", tier="B", urgency="",
        lead="YX-CG", supports=("town", "YX-QB"), sectors=("rider", "courier"),
        title="建议协商小区骑手快递员进门难",
        text=(
            "{road}沿线{few}个小区不让电动车进，骑手要停在外面跑进去，一单多花十分钟，车放门口还被贴条。{when}有人和"
            "保安争执，报了警。建议街道、物业和站点坐下来谈，办登记通行证，大门口画临停位，大家守规矩也省时间。"
        ),
        answers=(
            (
                "已召开协商会，五个小区试行“骑手码”，登记后可推行入内；大门外画临停位二十个。违规骑行由站点自管，一"
                "月一通报。"
            ),
            (
                "已画好临停位，执法队对十五分钟内的临停以提醒为主。其中两个小区业委会还需表决，{town}继续做工作，结果"
                "另行答复。"
            ),
        ),
        send_back="还有两个小区没有结论，不宜报全部办结，请分开写。",
        dissatisfied="码扫了，保安还是说没接到通知不让进。",
        satisfied="进门不再吵架了，时间也省了。",
        urge="天天被贴条，请先把临停位画上。",
    ),
    Template(
        key="health_check_drivers", category="生活服务", workflow="proposal", tier="A", urgency="",
        lead="YX-WJ", supports=("YX-FW",), sectors=("ride", "truck", "courier"),
        title="建议为{town}司机和快递员安排免费体检",
        text=(
            "{town}的司机和快递员没有单位组织体检，腰椎、胃病、高血压的多，{when}有一名同行在车上突发心梗。我们登记了"
            "{n}人，都愿意参加。建议卫健和工会每年安排一次，晚上或雨天做，不耽误跑车，结果有人讲解，查出问题有就诊绿"
            "色通道。"
        ),
        answers=(
            (
                "已安排社区医院开设晚间体检专场，六个项目免费，首批登记人员分四晚完成，报告由家庭医生当面讲解，异常者"
                "转诊优先。"
            ),
            (
                "与工会共同出资，体检车开到驿站和停车场，本月两场，凭会员码参加。后续纳入年度计划，查出重症的由服务中"
                "心跟进帮扶。"
            ),
        ),
        send_back="异常人员的转诊情况请报送，不能只报体检人数。",
        dissatisfied="名额半天就没了，跑车的人哪有空去抢。",
        satisfied="查出血压高，大夫当场给讲了怎么吃药。",
        urge="还没轮上的人在问下一场是哪天。",
    ),
)
