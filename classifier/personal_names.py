"""Names of persons: found only after words that announce one (我叫, 联系人, 我儿子) and only before a word that can follow one."""

import re
from collections.abc import Iterator

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计成戴谈宋茅庞熊纪舒"
    "屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包"
    "诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘斜厉戎"
    "祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通"
    "边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁"
    "勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公覃闭粟兰玉磨陀银侬腾谌肖代"
)
_DOUBLE = "欧阳|司徒|上官|诸葛|司马|皇甫|尉迟|公孙|慕容|令狐|夏侯|阿依"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉建国志梅红玲燕萍荣珍莲凤春菊花香月琴云霞雪琳晓晶莹洁倩雯婷婕颖慧巧美雅芝萃茜秋珊莎锦青翠娥婵贞莉翰瑶怡婉"
    "爱妹馨蓉眉君琦佳嘉琼薇菁梦岚苑馥瑾亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘毅俊峰浩永健世广义兴良海山"
    "仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江超礼昌忠成小大老阿雨桐梓涵轩宇墨诗"
    "欣怡妍萱皓轩睿依然佩珠金银宝根木土水火连冬夏东南西北方正大三四五二一六七九满玮璐璇珂彤丹甜甘露爽悦雁艺忆容冰纯纹绮绣彩蓝紫素淑娇娣媛嫣姣妮妙娴彦恒恩惠意慈懿承捷摇斐"
    "昊昕昭晖景智曼朝柏柳杨桃棠樱欢沛沁泉洪津润淳湘源滨滔潇澜灵烨煜熙燕爵珊琪琰瑜瑞璞畅皎盈益真睦瞳磊祖祯禄禹秉程稳竹筠精纪红纲练维绪缘罡羽翼聪育胤自舒良艾芬芸苏苒茵茹荷莺菲"
    "萌葆蓓蔓蕊蕾薪虎虹蝶衍裴豫贝贤赞赫越跃路载辅迅远迪迎逸道遥遵郁郎鑫钊钢钦铁铃铭锋锐镇长闯阳陆隆雷霄霖青靖韬韵顶颂颜飘饶馨骁骏高鲁鸥鸿鹤鹰麒麟麦黎齐鍾溪谷耀树根开来"
    "遇宪保亚如喜爽坤培基堂增奎嵩巍川州帆帅常干年幸庭延弟彰律怀恺情慎承扬拓支放斯方旗旺昂映晋普曙朴为杏权柱标桦森植楚榜槐民汉汝沅治泓洲济涌淇渊渝渭滢漫灿炜炳焕焰照燃牧猛"
    "理球甫申男登盼盾相省石砚社科秦立章竣笑策簇紧绒绵继绯缨罗耕联肖胡能臣航舟苗英荃荔荆菊著葵蒙蓬薰虔蛟行西见角训许译诺谊谋谣豹财质贺赋赛超轶运近连迈远选逊通造遐邵郡酉里重野量"
    "镜长门间阔队阶随隽难雅集雄霓霆霏非韩项顾颖飒食首香驰骥魁鲜鸾鹃默黛鼎"
)
_SURE = "的了是在有我你他她人们么吗呢吧电手机话号还打处院校局所厂店部站区市县镇乡村证款费员某都从向"
_NAME = rf"(?:(?:{_DOUBLE})[\u4e00-\u9fa5]{{1,2}}?|[{_SURNAMES}][\u4e00-\u9fa5]{{1,2}}?|[{_SURNAMES}][ 　]{{1,2}}[\u4e00-\u9fa5])"
_END = r"$|[^\u4e00-\u9fa5”]"
_AFTER = (
    rf"(?={_END}|”|的|身份|电话|手机|联系|今年|现年|现住|家住|住|在|也|和|与|说|把|被|是(?!非)|已|从|向|对(?!面)|给|将|因|于|系|性别|男|女|两|去|来|到|欠|收|要|没|不|一直|拖|搬|判|摔|打|患"
    r"|反映|投诉|举报|同意|名下|户口|入职|读|曾|冒|骗|经常|又|还|作|等|同学|老师|代笔|先生|女士)"
)
_PARTS = ["联系", "收件", "收货", "经办", "反映", "投诉", "举报", "申请", "来信", "诉求", "委托", "承租", "被告", "原告", "当事", "发信", "求助", "监护", "署名", "落款", "留言", "寄件", "代表"]
_KIN = ["儿子", "女儿", "母亲", "父亲", "妈妈", "爸爸", "老公", "老婆", "丈夫", "妻子", "爱人", "弟弟", "妹妹", "哥哥", "姐姐", "孙子", "孙女", "外孙", "外婆", "奶奶", "爷爷", "外公", "岳父", "岳母", "我妈", "我爸", "他妈", "他爸", "她妈", "她爸", "本人", "我是", "市民", "村民", "居民", "业主", "申请人", "投诉人", "举报人", "反映人", "被告", "原告", "当事人", "患者", "家属", "法人", "法定代表人", "监护人", "工头", "房东", "租客", "租户", "邻居", "同事", "同学", "学生", "死者", "伤者", "逝者", "户主", "收件人", "中介", "老板", "负责人", "家长", "组长", "职工", "员工"]
# Every alternative begins with a plain character: only then does `re` skip quickly over the rest of a text.
_FIRM = "|".join([
    r"叫(?:做|“)?", r"名字(?:是|叫|[：:]|)\s?", r"姓名(?:是|为)?[：:\s　]{0,2}", r"敬礼[！!\s　，,]{0,3}",
    *(rf"{part}人?(?:姓名)?(?:是|为)?[：:]\s?" for part in _PARTS),
    *(rf"{part}(?:是|为)?[，,\s]{{0,2}}" for part in ("联系人", "申请人", "请联系")),
    *(rf"{part}(?:写的)?(?:是|为|[：:])?\s?" for part in ("收件人", "户名", "户主", "署名", "落款", "经办人")),
])
_ROLE = "|".join(_KIN)
_CALLED = re.compile(rf"(?:{_FIRM})({_NAME}){_AFTER}")
_ROLED = re.compile(rf"(?:{_ROLE})({_NAME}){_AFTER}")
_POLITE = r"(?:先生|女士|小姐|阿姨|师傅|大叔|大姐|大哥|大爷|大妈|老板|生(?![\u4e00-\u9fa5]))"
_POLITE_WORD = re.compile(r"[先女小阿师大老生]")
_TITLED = re.compile(
    rf"(?:联系人|联系|署名|电话|我是|找|本人|收件人|家住.{{0,9}}的)[是为：:，,\s]{{0,3}}([{_SURNAMES}]{_POLITE})"
    rf"|(?<![\u4e00-\u9fa5])([{_SURNAMES}]{_POLITE})(?=[\s，,：:、（(]{{0,2}}(?:电话|手机)?[：:\s]?1[3-9]\d)|(?<=\d{{11}})[，,\s]?([{_SURNAMES}]{_POLITE})"
)
_BESIDE = re.compile(
    rf"([{_SURNAMES}][\u4e00-\u9fa5]{{1,2}})(?=[\s，,：:（(]{{0,2}}(?:联系)?(?:电话|手机)?号?[是：:\s]?(?:\+?86)?1[3-9]\d{{3}})|(?<=\d{{11}})[\s，,]{{1,2}}({_NAME})(?=[。，,\s]|$)"
)
_LISTED = re.compile(rf"、({_NAME}){_AFTER}")
_NOT_NAMES = re.compile(
    r"什么|我们|他们|怎么|没有|不是|知道|就是|可以|为什|这个|那个|任何|业主|群众|公司|房东|农业|经销|尚欠|单位|麻烦|家长|学生|老百姓"
    r"|方便|方[向法正]|安全|安[心家]|高[兴中校考层速龄温新铁]|常[年常]|严重|明[明天年显白]|时[候间]|应该|万一|和[谐平]|平[时常安]|于是|经[常济营过理]|任务|关[于门系心]|相[关信当]|向|从|都|代|别"
    r"|外地|农[村民]|车[主辆站子]|房[子屋租]|石头|水[电管]|金[额元]|马[上路]|通[知过]|包[括工]|成[为功立都]|家|何[时]|白[天血]|强[制烈]|管理|党[员]|支[持付]|满[意]|后来|东西|利[用益]|全[部家都]|干[部活]"
    r"|柳[州江南北东城]|鱼峰|融[水安]|广西|贵州|曾[经]|项目|施工|还|双[方]|文[件化明]|习惯|计[划生]|景区|终于|简[单直]|查|申[请诉报]|祝|劳[动务]|桂[林平北]|梅雨|林[地]|康复|毕业|宣[传]|龙[潭]|牛奶|苗族|侬族|路[灯]|公[园共]|孙[子女]|卫生|穆斯|养|通道|凌晨|连|那|和[我他]|周[一二三四五六日末]|国|黄[金河]"
)
_HINT = re.compile(r"叫|本人|名|联系|户主|人[：: ]|我是|署|落款|敬礼|收件|经办|代表[：:]|申请人")
_SPOKEN = re.compile(r"(?:我叫|本人|姓名.?|人[：:]\s?|联系人.?|署名.?|落款.?|户名.?)$")


def _plausible(name: str, before: str, after: str) -> bool:
    """After a clear announcement and before a pause any characters will do; elsewhere they must be usual in given names."""
    if _NOT_NAMES.match(name) or any(char in _SURE for char in name[1:]):
        return False
    clear = bool(_SPOKEN.search(before)) and not ("\u4e00" <= after <= "\u9fa5")
    return clear or name[:2] in _DOUBLES or all(char in _USUAL for char in name[1:])


_DOUBLES = frozenset(_DOUBLE.split("|"))
_USUAL = frozenset(_GIVEN) | {" ", "　"}


def _judged(text: str, start: int, end: int) -> bool:
    return _plausible(text[start:end], text[max(0, start - 6) : start], text[end : end + 1])


def _following(text: str, end: int) -> Iterator[tuple[int, int]]:
    """The names joined to one by “、”."""
    while (match := _LISTED.match(text, end)) and _judged(text, *match.span(1)):
        yield match.span(1)
        end = match.end(1)


def _patterns(text: str) -> Iterator[re.Pattern[str]]:
    """The patterns worth trying on this text."""
    if _HINT.search(text):
        yield _CALLED
    numbered = _NUMBER.search(text) is not None
    if (numbered or "找" in text or "我是" in text or "联系" in text) and _POLITE_WORD.search(text):
        yield _TITLED
    if numbered:
        yield _BESIDE
    yield _ROLED


_NUMBER = re.compile(r"1[3-9]\d{3}")


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """("name", start, end) of each personal name; time grows with the length of the text only."""
    for pattern in _patterns(text):
        for match in pattern.finditer(text):
            start, end = match.span(match.lastindex or 1)
            if pattern is _TITLED or _judged(text, start, end):
                yield "name", start, end
                yield from (("name", *other) for other in _following(text, end))
