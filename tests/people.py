"""The people of the tests. Each name stands for one place in the story; 小周 and 李工 must see nothing of 小林's and 王工's."""

from dataclasses import dataclass

from feedback.rules.permission import Role

PASSWORD = "Chun-tian-2026"


@dataclass(frozen=True)
class Someone:
    """A member of staff with an account in the test city."""

    username: str
    name: str
    role: Role
    bureau: str | None = None


WANG = Someone("wang", "王工", Role.HANDLER, "STHJ")  # handles at the ecology bureau
SHEN = Someone("shen", "沈科", Role.REVIEWER, "STHJ")  # reviews there
JU = Someone("ju", "居局", Role.HEAD, "STHJ")  # heads it
LI = Someone("li", "李工", Role.HANDLER, "CGJ")  # handles at another bureau
ZHU = Someone("zhu", "祝工", Role.HANDLER, "RSJ")  # handles where noise is never sent, not even in support
DIAO = Someone("diao", "刁度", Role.DISPATCHER)
MI = Someone("mi", "米文", Role.CONFIDENTIAL)
DU = Someone("du", "杜察", Role.SUPERVISOR)
SHI = Someone("shi", "石市长", Role.LEADER)
XI = Someone("xi", "席管", Role.SYSTEM_ADMIN)
AN = Someone("an", "安管", Role.SECURITY_ADMIN)
JI = Someone("ji", "纪管", Role.AUDIT_ADMIN)

STAFF = (WANG, SHEN, JU, LI, ZHU, DIAO, MI, DU, SHI, XI, AN, JI)

XIAO_LIN_PHONE = "13977200001"  # the citizen who wrote
XIAO_ZHOU_PHONE = "13977200002"  # another citizen

NOISE = "鱼峰区东环大道旁边的工地，连续三天晚上十一点以后还在打桩，声音很大，全家都睡不着，请管一管。"
