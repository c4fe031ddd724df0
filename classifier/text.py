"""A citizen's text made comparable, and cut into words. Every change keeps the length: offsets hold in the original."""

import unicodedata
from functools import cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import rjieba

Points = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]

READ_AT_MOST = 4_000
"""Characters of one field that are read: longer letters say what they want before this; it bounds time."""

_SPACE = 0x20
_LAST = np.uint32(0xFFFF)
"""No character: it stands for all beyond the basic plane, none of which belongs to a word."""
_TRADITIONAL = (
    "這个個們來時會對說過還沒後裡裏麼為與從將當開關問題沒門間無業產農機場車輛電話費錢銀醫藥學習書課師幫護"
    "國區縣鎮鄉號樓層戶長東馬鳥魚雞豬貓龍風飛邊運達進遠違遲選郵環境氣汙濁髒亂噪聲響壞損壓線網絡應該請謝"
    "處理辦證據實現讓誰買賣價錢漲補償貼養老職務員勞動資欠薪擾鄰裝修漏滲牆體燈橋隧廣告牌舊廢垃圾掃潔溝渠"
    "灣澇災險傷殘軍優撫婦兒歲媽爺給難嗎點樣幾兩雙單總經濟報舉貪賄領導幹部紀檢監察訴調查驗檔規劃設計標準"
    "聯繫係統態度熱線復覆評論滿意見誤騙詐賭陽臺檯陰雲順優質愛樹葉綠園圍欄擴寬窄側條塊積頭發髮現鐵飲餐廳"
)
_SIMPLIFIED = (
    "这个个们来时会对说过还没后里里么为与从将当开关问题没门间无业产农机场车辆电话费钱银医药学习书课师帮护"
    "国区县镇乡号楼层户长东马鸟鱼鸡猪猫龙风飞边运达进远违迟选邮环境气污浊脏乱噪声响坏损压线网络应该请谢"
    "处理办证据实现让谁买卖价钱涨补偿贴养老职务员劳动资欠薪扰邻装修漏渗墙体灯桥隧广告牌旧废垃圾扫洁沟渠"
    "湾涝灾险伤残军优抚妇儿岁妈爷给难吗点样几两双单总经济报举贪贿领导干部纪检监察诉调查验档规划设计标准"
    "联系系统态度热线复复评论满意见误骗诈赌阳台台阴云顺优质爱树叶绿园围栏扩宽窄侧条块积头发发现铁饮餐厅"
)


def _fold(point: int) -> int:
    char = chr(point)
    if 0xD800 <= point <= 0xDFFF or unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return _SPACE
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1:
        char = folded
    if char.isdecimal():
        return ord("0")
    lower = char.lower()
    return ord(lower) if len(lower) == 1 else ord(char)


@cache
def _tables() -> tuple[Points, npt.NDArray[np.bool_]]:
    """What each code point becomes, and which results can be part of a word. Beyond the basic plane nothing changes."""
    fold = np.fromiter((_fold(point) for point in range(0x10000)), dtype=np.uint32, count=0x10000)
    for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True):
        fold[ord(old)] = ord(new)
    wordly = np.fromiter((chr(point).isalnum() for point in range(0x10000)), dtype=np.bool_, count=0x10000)
    return fold, wordly


def normalise(text: str) -> Points:
    """Code points of a text: widths, case, traditional characters and digits made equal."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    fold, _ = _tables()
    small = points < 0x10000
    if small.all():
        return fold[points]
    return np.where(small, fold[np.where(small, points, 0)], points).astype(np.uint32)


def wordly(points: Points) -> npt.NDArray[np.bool_]:
    """Which of these normalised characters can be part of a word (letters, digits, Chinese characters)."""
    return _tables()[1][np.minimum(points, _LAST)]


def string(points: Points) -> str:
    """The normalised characters as a string."""
    return points.tobytes().decode("utf-32-le")


def words(normalised: str) -> list[str]:
    """Words in order, nothing left out. Without the hidden Markov model rjieba and jieba cut alike, to the character."""
    cut: list[str] = rjieba.cut(normalised, False)
    return cut


def boundaries(normalised: str) -> Counts:
    """Positions between words, from 0 to the length of the text."""
    return np.array([0, *accumulate(map(len, words(normalised)))])
