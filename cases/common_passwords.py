"""What people choose when they have to choose a password: words, keys side by side, numbers that mean something.

A list of our own, derived from patterns and not copied from any leak (ASVS 5.0 6.2.4, 6.2.11). Digits and signs around
a word, and letters written as digits, are taken away before it is looked up, so that each line stands for hundreds.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_WRITTEN = """
password passwort passwd pass passphrase passcode secret geheim mima mimamima kouling admin administrator root user
username guest test tester testing demo default changeme change letmein welcome hello hi login logon signin master
system manager service support office server database oracle mysql postgres sqlite apple google baidu tencent
alibaba taobao alipay weixin wechat huawei xiaomi microsoft windows linux ubuntu android iphone internet network
wifi router computer laptop keyboard monkey dragon tiger lion panda eagle shadow sunshine princess football
basketball baseball soccer superman batman spiderman pokemon starwars matrix ninja samurai warrior hunter ranger
killer freedom liberty whatever trustno nothing something anything everything iloveyou loveyou lovely love baby
babygirl honey sweet angel flower summer winter spring autumn january february march april june july august
september october november december monday tuesday wednesday thursday friday saturday sunday morning night today
tomorrow michael jennifer jordan thomas daniel jessica charlie andrew robert william maggie ginger pepper cookie
cheese banana orange purple yellow silver golden diamond phoenix thunder mercury jupiter saturn galaxy cosmos
universe woaini woaiwojia woaizhongguo nihao nihaoma zhongguo beijing shanghai guangzhou shenzhen hangzhou jiaxing
pinghu zhejiang chengdu wuhan nanjing tianjin chongqing zhonghua renmin jiayou gongxi facai baobao laopo laogong
meinv shuaige tianshi wangwang haohao aini asdasd qweqwe zxczxc wodemima wodemi zhanghao yonghu guanliyuan gonghui
zonggonghui gonghuizhuxi laodong laogai zhigong zhigongzhijia daibiao tian tianan xinfang weiquan susong union
unions tradeunion laborunion labourunion labor labour worker workers grievance bihuan bihuanbihuan closedloop
proposal petition committee chairman secretary reviewer handler supervisor representative correct correcthorse
batterystaple horse battery staple access private public mustang corvette ferrari mercedes qwerty qwertz azerty
qwertyuiop qwertyuio asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv qazwsx qazwsxedc wsxedc edcrfv qwer qweasd qweasdzxc
qwaszx poiuytrewq lkjhgfdsa mnbvcxz yuiop hjkl uiop abcd abcde abcdef abcdefg abcdefgh abcabc abc aaa aaaa aaaaaa
zzz xxx qqq qaz wsx edc 密码 口令 工会 总工会 闭环 管理员 我的密码 中国 你好 欢迎 我爱你 我爱中国 加油 职工 职工之家
提案 维权
"""
WORDS = frozenset(_WRITTEN.split())
#: Rows of keys and of signs in their order: part of one, forwards or backwards, is no secret.
ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "一二三四五六七八九十",
)
#: Numbers that mean something to many: they are worth no more than a run of digits.
NUMBERS = (
    "5201314",
    "1314520",
    "520",
    "1314",
    "147258369",
    "258369",
    "741852963",
    "159357",
    "112233",
    "121212",
    "8888",
)
LEET = str.maketrans("@4301!$57", "aaeoiisst")
LEAST = 4
#: What has to be left of a password, besides what anybody near would guess, for it to be one.
SECRET = 6


def is_common(word: str, near: Collection[str] = ()) -> bool:
    """Tell whether somebody would try a password early; `near` are names around its owner, such as the login."""
    plain = word.casefold()
    for name in sorted({name.casefold() for name in near}, key=len, reverse=True):
        if len(name) >= LEAST - 1 or not name.isascii():
            plain = plain.replace(name, " ")
    for number in NUMBERS:
        plain = plain.replace(number, " ")
    plain = re.sub(r"(19|20)\d\d", " ", plain)  # a year
    without = _without_runs(plain)
    best = min(len(_left(text)) for text in (without, without.translate(LEET), plain.translate(LEET)))
    return best < SECRET


def _left(text: str) -> str:
    """Return the signs of a text that no word of the list accounts for, each sign that is repeated once."""
    for known in _ORDERED:
        text = text.replace(known, " ")
    return re.sub(r"(.{1,4}?)\1+", r"\1", re.sub(r"[\W_]", "", text))


_ORDERED = sorted((word for word in WORDS if len(word) >= LEAST or not word.isascii()), key=len, reverse=True)


def _without_runs(text: str) -> str:
    """Return a text without four or more signs that follow each other on a keyboard or in the alphabet."""
    rows = (*ROWS, *(row[::-1] for row in ROWS))
    kept, start = "", 0
    while start < len(text):
        end = start + LEAST
        while end <= len(text) and any(text[start:end] in row for row in rows):
            end += 1
        if end > start + LEAST:
            kept, start = kept + " ", end - 1
        else:
            kept, start = kept + text[start], start + 1
    return kept
