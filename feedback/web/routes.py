"""The route table: the first page of the site. Every place brings its own routes; each says who may enter."""

from starlette.routing import BaseRoute, Mount

from feedback.web import (
    api,
    assets,
    openapi,
)

ROUTES: list[BaseRoute] = [
    *api.ROUTES,
    *openapi.ROUTES,
    Mount("/static", assets.Statics(directory=assets.FOLDER), name="static"),
]
