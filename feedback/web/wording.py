"""What statuses, steps, kinds and reasons are called on screen: one word for one thing, in plain Chinese."""

from datetime import datetime, timedelta

from feedback.rules.attachment import Withdrawal
from feedback.rules.permission import Role
from feedback.rules.record import Decision, Kind
from feedback.rules.status import Status, Step

KINDS = {
    Kind.ENQUIRY: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议",
    Kind.PRAISE: "感谢",
}

STATUSES = {
    Status.SUBMITTED: "已提交",
    Status.TRIAGE: "待派单",
    Status.ASSIGNED: "待签收",
    Status.WORKING: "办理中",
    Status.AWAITING_CITIZEN: "等市民补充",
    Status.SUSPENDED: "挂账",
    Status.IN_REVIEW: "待审核",
    Status.REPLIED: "已答复",
    Status.CLOSED: "已办结",
    Status.DECLINED: "不予受理",
    Status.DIVERTED: "转专门渠道",
    Status.WITHDRAWN: "已撤回",
    Status.JOINED: "已并案",
    Status.TERMINATED: "终止办理",
}

STEPS = {
    Step.SUBMIT: "提交诉求",
    Step.ROUTE: "自动派单",
    Step.ASK: "转人工派单",
    Step.DISPATCH: "派单",
    Step.ACCEPT: "签收",
    Step.RETURN: "退单",
    Step.UPHOLD_RETURN: "同意退单",
    Step.REJECT_RETURN: "不同意退单",
    Step.ASK_CITIZEN: "请市民补充",
    Step.SUPPLEMENT: "市民补充情况",
    Step.EXPIRE: "补充期限已过，继续办理",
    Step.REQUEST_EXTENSION: "申请延期",
    Step.GRANT_EXTENSION: "同意延期",
    Step.REFUSE_EXTENSION: "不同意延期",
    Step.SUSPEND: "挂账",
    Step.RESUME: "恢复办理",
    Step.REPLY: "拟好答复，送审核",
    Step.APPROVE: "答复",
    Step.SEND_BACK: "审核退回修改",
    Step.DECLINE: "不予受理",
    Step.DIVERT: "转专门渠道",
    Step.CONTEST: "市民申请再看一次",
    Step.JOIN: "并案办理",
    Step.UNJOIN: "取消并案",
    Step.FOLLOW: "随主件答复",
    Step.WITHDRAW: "市民撤回",
    Step.TERMINATE: "终止办理",
    Step.RATE: "市民评价",
    Step.SETTLE: "到期自动办结",
    Step.REQUEST_REWORK: "市民申请重办",
    Step.REWORK: "重新办理",
    Step.REMIND: "市民催办",
    Step.INSTRUCT: "督办",
    Step.ASSIGN: "转交",
    Step.CONTACT: "联系市民",
    Step.CONTRIBUTE: "协办意见",
    Step.CORRECT_CATEGORY: "更正事项",
    Step.NOTE: "内部备注",
    Step.RECUSE: "回避",
    Step.SPLIT: "拆分",
    Step.WARN: "将到期提醒",
    Step.BREACH: "超过答复期限",
    Step.BREACH_ACCEPT: "超过签收期限",
    Step.BREACH_CONTACT: "超过首次联系期限",
    Step.BREACH_CONTRIBUTE: "超过协办反馈期限",
    Step.RECOUNT: "期限重新计算",
    Step.RECOUNT_STAGES: "签收、联系、协办期限重新计算",
    Step.REORGANISE: "机构或事项调整",
    Step.REFUSE_REWORK: "不同意再次重办",
    Step.CHANGE_REGIME: "更改办理程序",
    Step.CHANGE_URGENCY: "更改紧急程度",
}

ROLES = {
    Role.DISPATCHER: "派单员",
    Role.HANDLER: "经办人",
    Role.REVIEWER: "审核人",
    Role.HEAD: "单位负责人",
    Role.CONFIDENTIAL: "检举控告专办员",
    Role.SUPERVISOR: "督办员",
    Role.LEADER: "市领导",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.CITIZEN: "市民",
    Role.CLOCK: "系统",
}

DECISIONS = {Decision.AUTO: "自动派单", Decision.TRIAGE: "人工派单", Decision.PROTECTED: "保密办理"}

OUTCOMES = {
    "solved": "已经解决",
    "partly": "部分解决",
    "planned": "列入计划",
    "explained": "解释说明",
    "not_true": "情况不属实",
}

TRUTHS = {"true": "属实", "partly": "部分属实", "false": "不属实", "unclear": "无法查实", "enquiry": "咨询建议，不涉及是否属实"}

DUTIES = {"ours": "属于", "partly": "部分属于", "not_ours": "不属于，已协调"}

CONTACT_WAYS = {
    "phone": "电话",
    "visit": "当面",
    "message": "短信或微信",
    "unreachable": "联系过，没有联系上",
    "no_contact": "市民没有留联系方式",
}

RETURN_REASONS = {
    "not_ours": "不是本单位职责",
    "not_here": "不在本辖区",
    "unclear": "信息不足，无法办理",
    "in_procedure": "已进入法定程序",
    "duplicate": "重复诉求",
    "two_matters": "写了两件不相干的事，应当拆分",
}

DECLINE_REASONS = {
    "emergency": "紧急事项，应立即拨打 110、119、120、122",
    "legal_route": "应当通过诉讼、仲裁、行政复议解决",
    "in_petition": "已进入信访程序",
    "disclosure": "属于政府信息公开申请",
    "secret": "涉及国家秘密、商业秘密或他人隐私",
    "repeated": "同一事实和理由已经办结",
    "beyond": "不属于政府职责，属于市场或民事事项",
    "unlawful": "违反法律或公序良俗",
    "empty": "没有实际内容",
}

SCOPES = {
    "advertising": "看起来是广告，没有要城市办的事。",
    "test": "看起来只是试一试能不能发送。",
    "nonsense": "看起来是乱码或重复的字，读不出要说什么。",
    "elsewhere": "说的好像是外地的事，可以告诉市民当地怎么反映。",
}
CHANNELS = {
    "110": "公安 110",
    "119": "消防 119",
    "120": "急救 120",
    "122": "交通事故 122",
    "discipline": "纪检监察 12388",
    "petition": "信访部门",
    "court": "人民法院",
    "arbitration": "劳动人事争议仲裁",
    "review": "行政复议机关",
    "disclosure": "政府信息公开申请",
}

HIDDEN_FROM_CITIZEN = frozenset(
    {
        Step.ASK, Step.NOTE, Step.INSTRUCT, Step.ASSIGN, Step.REPLY, Step.SEND_BACK, Step.CONTRIBUTE, Step.WARN, Step.BREACH_ACCEPT, Step.BREACH_CONTACT,
        Step.BREACH_CONTRIBUTE, Step.REQUEST_EXTENSION, Step.REFUSE_EXTENSION, Step.RECUSE, Step.UPHOLD_RETURN, Step.REJECT_RETURN, Step.RECOUNT_STAGES,
    }
)  # fmt: skip
"""Steps among colleagues: they are in the history, not in what the citizen reads."""

WITHDRAWALS = tuple(Withdrawal)
"""Why a file is withdrawn, as the page offers it."""

SATISFACTION = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}


def just_before(moment: datetime) -> datetime:
    """The last instant before it."""
    return moment - timedelta(microseconds=1)


def masked_phone(phone: str) -> str:
    """138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def masked_email(address: str) -> str:
    """l***@example.com."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***@{host}" if at else ""


def masked_name(name: str) -> str:
    """王**."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


FIELDS = {
    "part": "本件继续办理", "number": "另一件的编号", "regime": "办理程序", "urgent": "是否紧急", "reason": "理由", "basis": "依据", "propose": "建议派给", "message": "联系市民", "question": "问市民",
    "text": "内容", "measure": "措施", "until": "时间", "responsible": "责任人", "post": "责任人岗位", "milestones": "跟踪节点",
    "truth": "是否属实", "duty": "是否属于职责", "contact_way": "怎样联系的市民", "contact_at": "什么时候联系的",
    "finding": "内部调查情况", "obstacle": "没有全部解决的原因和下一步", "outcome": "办理结果", "answer": "公开答复",
    "override": "为什么仍然这样答复", "mention": "提醒同事", "note": "备注", "files": "照片和文件", "comment": "评价", "route": "建议的途径",
    "channel": "转到", "explanation": "说明", "to": "转给", "lead": "主件编号", "instruction": "督办要求",
    "bureau": "承办单位", "category": "事项", "support": "协办单位", "days": "延期天数", "person": "同事", "unit": "科室",
    "change": "改为",
    "uphold": "是否同意退单", "grant": "是否同意延期", "due_at": "完成时间", "version": "版本", "step": "操作",
}  # fmt: skip
"""Fields of steps, as forms and history call them, in the order they are read."""

TYPED = {
    name: FIELDS[name]
    for name in (
        "reason", "basis", "question", "text", "measure", "milestones", "finding", "obstacle", "answer", "override", "comment",
        "route", "explanation",
    )
} | {"own": "本件的内容", "part": "另一件的内容", "title": "标题", "body": "内容"}  # fmt: skip
"""Fields in which somebody writes, as they are called where a form came to nothing and what it held is shown."""
