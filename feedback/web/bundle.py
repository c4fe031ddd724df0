"""The drawing library: the bundle that vl-convert-python ships, built once per version into VAR, served compressed.

Building takes over a second and much memory, so another process does it (`python -m feedback.web.bundle FILE`)."""

import asyncio
import gzip
import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from feedback.web import doors
from feedback.web.doors import door

_YEAR = "public, max-age=31536000, immutable"
_building = asyncio.Lock()


@cache
def address() -> str:
    """Where a page finds it; changes with the version."""
    return f"/static/vega.js?v={metadata.version('vl-convert-python')}"


async def compressed(var: Path) -> bytes:
    """The gzipped bundle, built on first use. Raises RuntimeError with what the builder printed when it fails."""
    path = var / "cache" / f"vega-{metadata.version('vl-convert-python')}.js.gz"
    async with _building:
        if not path.exists():
            await _build(path)
        return await asyncio.to_thread(path.read_bytes)


async def _build(path: Path) -> None:
    builder = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "feedback.web.bundle", str(path), stderr=asyncio.subprocess.PIPE
    )
    _, printed = await builder.communicate()
    if builder.returncode:
        raise RuntimeError(f"the chart bundle could not be built:\n{printed.decode(errors='replace')}")


def write(path: Path) -> None:
    """Builds the bundle into `path`: whole, or not at all."""
    import vl_convert

    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(gzip.compress(vl_convert.javascript_bundle().encode(), mtime=0))
    fresh.replace(path)


async def script(request: Request) -> Response:
    """The drawing library as a script."""
    content = await compressed(request.app.state.settings.var)
    headers = {"cache-control": _YEAR, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, headers=headers, media_type="text/javascript")


ROUTES = [door("/static/vega.js", script, enter=doors.ANYBODY, name="vega")]

if __name__ == "__main__":
    write(Path(sys.argv[1]))
