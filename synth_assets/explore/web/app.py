"""The explorer as an ASGI application: addresses, templates, and what a browser may do."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import jinja2
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synth_assets.errors import SynthAssetsError
from synth_assets.explore.terminal import record
from synth_assets.explore.web.views import Page, Views

HERE = Path(__file__).parent
HOSTS = ["127.0.0.1", "localhost"]
"""What a browser may call this server: another name that leads here is another site's doing."""

POLICY = "content-security-policy"
HEADERS = {
    POLICY: (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

CARD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of a corpus card, a file under the root with its style in it: nothing in it may run or load."""

Answer = Callable[[Views, Request], Page | Response]


def create_app(current: Callable[[], Views]) -> Starlette:
    """Serves the views that `current` gives for each request; every text in them is escaped."""
    templates = _templates()

    def page(answer: Answer) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            views, status = current(), 200
            try:
                made = answer(views, request)
            except SynthAssetsError as error:
                made, status = Page("error.html", {"sentence": str(error)}), 404
            if isinstance(made, Response):
                return made
            values = made.values | {"behind": views.behind}
            return HTMLResponse(templates.get_template(made.template).render(values), status)

        return endpoint

    def file(name: str) -> Callable[[Request], Response]:
        return lambda _: FileResponse(HERE / name)

    return Starlette(
        routes=[
            Route("/", page(_home)),
            Route("/search", page(_search)),
            Route("/document/{doc_id}", page(_document)),
            Route("/drops/{corpus:path}", page(_drops)),
            Route("/sequence/{name:path}", page(_sequence)),
            Route("/releases", page(_releases)),
            Route("/card/{release:path}", page(_card)),
            Route("/style.css", file("style.css")),
            Route("/keys.js", file("keys.js")),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
            Middleware(_Headers),
        ],
    )


def _home(views: Views, request: Request) -> Page:
    return views.home(request.query_params.get("batch"))


def _search(views: Views, request: Request) -> Page | Response:
    found = views.search(request.query_params.get("q", ""), request.query_params.get("from", ""))
    return found if isinstance(found, Page) else RedirectResponse(found, 303)


def _document(views: Views, request: Request) -> Page:
    return views.document(request.path_params["doc_id"], request.query_params.get("view", ""))


def _drops(views: Views, request: Request) -> Page:
    asked = request.query_params
    return views.drops(
        request.path_params["corpus"],
        asked.get("reason", ""),
        asked.get("batch", ""),
        asked.get("from", ""),
    )


def _sequence(views: Views, request: Request) -> Page:
    return views.sequence(request.path_params["name"])


def _releases(views: Views, request: Request) -> Page:
    del request
    return views.releases()


def _card(views: Views, request: Request) -> Response:
    card = views.card(request.path_params["release"])
    return HTMLResponse(card, headers={POLICY: CARD_POLICY})


def _templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"count": lambda number: f"{number or 0:,}"}
    templates.globals |= {"address": address, "record": record}
    return templates


def address(*parts: str, **asked: str | None) -> str:
    """A path of this server from its parts, with what is asked behind it."""
    path = "/" + "/".join(quote(part, safe="/:") for part in parts)
    given = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


class _Headers:
    """Says with every answer that nothing of it may run, load or be framed elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
