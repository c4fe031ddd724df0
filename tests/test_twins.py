"""Pages and JSON API are two faces of the same actions: whatever a page changes, a program can change, let in by the same roles."""

from starlette.routing import Mount

from feedback.web import routes

TWINS = {
    # citizens
    "submit": ("api_submit",),
    "track_step": tuple(f"api_{step}" for step in ("supplement", "remind", "withdraw", "rate", "rework", "contest")),
    "survey_rate": ("api_survey_rate",),
    "petition_propose": ("api_propose",),
    "petition_code": ("api_phone_code",),
    "petition_sign": ("api_sign",),
    # who comes in
    "sign_in": ("api_sign_in",),
    "sign_out": ("api_sign_out",),
    "own_password": ("api_own_password",),
    "own_second_factor": ("api_own_second_factor",),
    "own_code": ("api_own_code",),
    # one case, and many
    "desk_step": ("api_step", "api_draft", "api_draft_drop", "api_check_reply"),
    "desk_split_act": ("api_step",),
    "dispatch_case": ("api_step",),
    "desk_presence": ("api_presence", "api_draft"),
    "desk_reveal": ("api_reveal",),
    "desk_bulk": ("api_desk_bulk",),
    "filter_save": ("api_filter_save",),
    "filter_act": ("api_filter_act",),
    "reminders": ("api_reminders_seen",),
    "inbox_seen": ("api_inbox_seen",),
    "hot_issue_join": ("api_hot_issue_join",),
    "assist_enter": ("api_submit",),
    "assist_look": ("api_assist_look",),
    "instruction_give": ("api_instruct",),
    "instruction_word": ("api_instruction_word",),
    "petition_decide": ("api_decide",),
    # files
    "desk_file_remove": ("api_attachment_remove",),
    "desk_file_withdraw": ("api_attachment_withdraw",),
    "admin_files_act": ("api_attachment_withdraw",),
    "export_take": ("api_export",),
    "import_upload": ("api_import_upload",),
    "import_begin": ("api_import_begin",),
    # what a bureau prepares
    "article_save": ("api_article_save",),
    "article_withdraw": ("api_article_withdraw",),
    "article_write": ("api_article_write",),
    "reply_template_save": ("api_reply_template_save",),
    "approval_set": ("api_approval_set",),
    "units_act": ("api_units_act",),
    # the machine's learning
    "audit_judge": ("api_audit_judge",),
    "models_decide": ("api_models_decide",),
    # the city's tables
    "calendar_day": ("api_calendar_day",),
    "calendar_year": ("api_calendar_year",),
    "limits_change": ("api_limits_change",),
    "outbox_again": ("api_outbox_again",),
    "duty_set": ("api_duty_set",),
    "people_open": ("api_people_open",),
    "people_act": ("api_people_act",),
    "reorganise_change": ("api_reorganise",),
    "reorganise_cancel": ("api_reorganise_cancel",),
}
"""Every page that changes something, and the addresses of the API that do the same."""

NO_ACTION = {
    "hint": "reads only: what is like the text so far; programs ask /api/v1/cases/similar",
    "track_look": "reads only: one's own case; programs ask /api/v1/cases/{number}",
}
"""Forms that are posted and change nothing."""

OTHER_DOORS = {
    "sign_out": "a page signs out whoever is there; a program without a token has nothing to end",
    "assist_enter": "the API takes new cases from everybody at one address and asks for a dispatcher when the source says so",
    "desk_split_act": "the steps of a case have one address in the API, and the permission table behind it",
    "desk_file_withdraw": "the security administrator sees no case page: theirs is admin_files",
    "admin_files_act": "the others withdraw on the page of the case",
    "dispatch_case": "as desk_split_act",
}
"""Where the doors differ, and why: the permission is the same."""


def by_name():
    found = [route for route in routes.ROUTES if not isinstance(route, Mount)]
    return {route.name: route for route in found}, found


def changing(found):
    return [one for one in found if one.methods - {"GET", "HEAD"} and not one.path.startswith("/api/")]


def test_every_page_action_has_a_twin():
    _, found = by_name()
    for route in changing(found):
        known = route.name in TWINS or route.name in NO_ACTION
        assert known, f"{route.path}: programs cannot do this; add an address under /api/v1 and name it in TWINS"


def test_the_table_names_only_what_there_is():
    named, found = by_name()
    pages = {one.name for one in changing(found)}
    assert set(TWINS) | set(NO_ACTION) == pages
    for page, twins in TWINS.items():
        for twin in twins:
            assert twin in named and named[twin].path.startswith("/api/v1/"), (page, twin)


def test_page_and_twin_let_the_same_people_in():
    named, _ = by_name()
    for page, twins in TWINS.items():
        for twin in twins:
            same = named[page].enter == named[twin].enter
            assert same or page in OTHER_DOORS, f"{page} and {twin} are open to different people"


def test_every_twin_that_takes_something_says_what():
    named, _ = by_name()
    nothing = {
        "api_sign_out", "api_own_second_factor", "api_draft_drop", "api_presence", "api_article_write", "api_reminders_seen", "api_reorganise_cancel",
        "api_attachment_remove",
    }  # fmt: skip
    for twin in {one for twins in TWINS.values() for one in twins} - nothing:
        assert named[twin].takes is not None, f"{twin}: OpenAPI must describe its body"
