"""What is no matter for the city at all: advertising, a test, nonsense, or the affair of another city. A hint for the dispatcher, never a refusal.

Closed groups of words and the form of the text; what they leave undecided is a letter like any other.
"""

import re
from enum import StrEnum

from classifier.tables import City


class Scope(StrEnum):
    """Why a letter seems to be none for this city."""

    ADVERTISING = "advertising"
    TEST = "test"
    NONSENSE = "nonsense"
    ELSEWHERE = "elsewhere"


LONGEST_OFFER = 200
"""Characters: who offers something is brief."""
_TELLS = re.compile(
    r"投诉|举报|反映|处理|解决|查处|查一|管一管|管管|没人管|请问|想咨询|怎么|吗|退钱|退款|不退|被骗|骗|扰民|有关部门|麻烦|(?<!联系)我(?!司|店|公司)|(?<!找)(?<!联系)我们(?!公司|店)|有人|有家|一家|天天|收到|结果"
    r"|才知道|老[妈爸公婆]|希望|建议|请(?!拨|加|联系|致电|认准|好友)|有没有|招标|备案？|哪里|多久|要什么|想找|想要|没有|不给|不让|不能"
)
"""Somebody tells of something or asks: no seller."""
_OFFERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"专业|承接|正规|专注|厂家|持证|老品牌|备案|资质|一站式|原创|真人操作|精装|科学|24小时|上门|免费|随叫随到|长期有效",
        r"代办|代开|代理|代写|办理各?类?|办证|刻章|回收|收购|疏通|开锁|维修各|安装|检测|治理|家政|保姆|月嫂|搬家|出租|出售|转让|批发|清仓|甩卖|招聘|急招|诚招|招募|兼职|加盟|看房|报价|咨询|演示",
        r"贷款|无抵押|免息|低息|秒到|下款|套现|额度|刷单|返利|提现|涨粉|红包|日赚|日结|一单一结|稳赚|流量卡|毕业证|瘦身|减肥|分期|首付|月供|开业|酬宾|拼团|团购|优惠|特惠|包邮|首充",
        r"(?:加|添加|详询|详情|私聊|私信|咨询|联系|致电|请拨|搜|同号)[^，。！？\n]{0,4}(?:微信|微|薇|[VvＶ]|[Qq]|扣扣|客服|电话|手机|人|我)|微信|薇信|[Vv]信|[Qq]{2}|https?://|www\.|扫码|自提|面议|1[3-9]\d{9}|0\d{2,3}-?\d{7}",
        r"\d+(?:\.\d+)?元|\d+块|[首全]场|价[格位]?|千字|满意付款|先验后付|胜诉再付|不[瘦满]\S{0,3}退|高价|低价|包过|可查|量大|送\S{1,6}次",
        r"恭喜(?:您|你|】)|中奖|抽中|领取|点击|点\s*\S{0,6}www|仅限今天|机不可失|欢迎|期待与您合作|诚信",
    )
)
"""What sellers say of themselves, their goods, money, how to reach them, the price, and to lure: two sorts make an offer."""
_TRYING = re.compile(
    r"^\W*(?:这是|本[条件]|只是|就是|先)?(?:内部|功能|系统)?(?:测试|测一下|test|ceshi|试一?试|试一下)|测试(?:工单|人员|一下[，,。]|$)|内部测试|功能测试|^\d*测试|(?:练习|培训)[^，。]{0,6}(?:提交|，勿)"
    r"|模拟市民|请(?:忽略|勿派|勿转|作废)|勿派发|勿转办|发错了|能不能(?:提交|发送|发出去)|能否提交|不是真的投诉",
    re.IGNORECASE,
)
_GREETING = re.compile(r"^(?:hello|hi|你?好?在?吗|你好在吗|您好|你好|在吗|在不在|有人吗|喂+|哈喽|嗨|嗯+|哦+|看看|\d+)[\W\d]*$", re.IGNORECASE)
LONGEST_TRIAL = 60
"""Characters: who only tries the form writes little."""
_EXAMS = re.compile(r"测试(?:中心|站|费|题|卷|成绩|员|仪)|体[质能]测试|驾驶|考试|路试|试行|试点|噪[音声]测试|普通话")
"""Where 测试 is the matter itself."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ELSEWHERE = (
    "北京", "上海", "天津", "重庆", "广州", "深圳", "东莞", "佛山", "中山市", "珠海", "惠州", "清远", "韶关", "长沙", "武汉", "成都", "贵阳", "昆明", "南昌", "福州", "厦门", "杭州", "宁波", "南京", "苏州", "合肥",
    "济南", "青岛", "郑州", "西安", "兰州", "沈阳", "大连", "哈尔滨", "海口", "三亚", "南宁", "桂林", "梧州", "北海", "防城港", "钦州", "贵港", "玉林", "百色", "贺州", "河池", "来宾", "崇左", "阳朔", "美国", "日本", "泰国", "越南", "缅甸",
)
_THERE = re.compile(rf"(?P<city>{'|'.join(_ELSEWHERE)})市?(?:的|这边|那边|那里)?[^，。！？\n]{{0,8}}?(?:区|县|镇|街|路|小区|村|地铁|号线|公交|酒店|医院|学校|公司|工厂|派出所|城管|市长|政府|出租|网约|上班|租房|公积金|社保|物业|楼盘|机场|部门|领导)")
_HERE = re.compile(r"我们这|本地|回来")


def find(city: City, title: str, body: str, *, district: str | None) -> Scope | None:
    """Why this letter seems to be none for the city; None for any other. `district` (code) is where it was found to speak of."""
    text = f"{title}\n{body}".strip()
    if _meaningless(text):
        return Scope.NONSENSE
    if _GREETING.match(text) or (len(text) <= LONGEST_TRIAL and _TRYING.search(text) and not _EXAMS.search(text)):
        return Scope.TEST
    if _advertises(text):
        return Scope.ADVERTISING
    return Scope.ELSEWHERE if not district and _elsewhere(city, text) else None


def _elsewhere(city: City, text: str) -> bool:
    """Whether it speaks of a place in another city and of none here."""
    own = city.name.removesuffix("市")
    there = any(match["city"].removesuffix("市") != own for match in _THERE.finditer(text))
    return there and not (own and own in text) and not _HERE.search(text) and not any(one.short in text for one in city.districts.values())


def _advertises(text: str) -> bool:
    """Whether it offers something and says how to reach the seller, and asks the city for nothing."""
    if _TELLS.search(text) or len(text) > LONGEST_OFFER:
        return False
    return sum(bool(one.search(text)) for one in _OFFERS) >= 2


def _meaningless(text: str) -> bool:
    """Whether it holds no word at all, or the same few characters again and again."""
    chinese = _CHINESE.findall(text)
    letters = [char for char in text if char.isalnum()]
    if not chinese:
        return len(set(letters)) < 12 or not re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{2,}", text)
    return len(letters) >= 8 and len(set(letters)) <= max(2, len(letters) // 6)
