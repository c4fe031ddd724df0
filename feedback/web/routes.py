"""The route table: the first page of the site. Every place brings its own routes; each says who may enter."""

from starlette.routing import BaseRoute, Mount

from feedback.web import (
    admin,
    api,
    assets,
    calendar_page,
    casework,
    citizen,
    dashboard,
    desk,
    dispatch,
    health,
    instructing,
    instructions,
    openapi,
    permission_page,
    petition_moderation,
    petitions,
    petitions_api,
    public,
    public_api,
    reminding,
    signing_in,
    supervise,
)

ROUTES: list[BaseRoute] = [
    # The public API before /api/v1/cases/{number}, which would take "similar" for a number.
    *public_api.ROUTES,
    *api.ROUTES,
    *petitions_api.ROUTES,
    *openapi.ROUTES,
    *citizen.ROUTES,
    *public.ROUTES,
    *petitions.ROUTES,
    *signing_in.ROUTES,
    *petition_moderation.ROUTES,
    *desk.ROUTES,
    *casework.ROUTES,
    *dispatch.ROUTES,
    *supervise.ROUTES,
    *instructing.ROUTES,
    *instructions.ROUTES,
    *reminding.ROUTES,
    *dashboard.ROUTES,
    *admin.ROUTES,
    *calendar_page.ROUTES,
    *permission_page.ROUTES,
    *health.ROUTES,
    Mount("/static", assets.Statics(directory=assets.FOLDER), name="static"),
]
