"""The yardstick: the least that Starlette and asyncpg need to answer a POST with one inserted row."""

import contextlib
import os

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


async def insert(request):
    given = orjson.loads(await request.body())
    async with request.app.state.pool.acquire() as connection:
        identity = await connection.fetchval("INSERT INTO bare (body) VALUES ($1) RETURNING id", given["body"])
    return Response(orjson.dumps({"id": identity}), 201, media_type="application/json")


@contextlib.asynccontextmanager
async def lifespan(app):
    async with asyncpg.create_pool(os.environ["MINSHENG_SOCKET_URL"], min_size=2, max_size=10) as pool:
        await pool.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text NOT NULL)")
        app.state.pool = pool
        yield


def create():
    return Starlette(routes=[Route("/insert", insert, methods=["POST"])], lifespan=lifespan)
