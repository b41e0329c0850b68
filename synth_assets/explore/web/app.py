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

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

Answer = Callable[[Request], Page | RedirectResponse]


def create_app(views: Views) -> Starlette:
    """Serves the views; every text in them is escaped."""
    templates = _templates()

    def page(answer: Answer) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            try:
                made = answer(request)
            except SynthAssetsError as error:
                return _html(templates, Page("error.html", {"sentence": str(error)}), 404)
            return made if isinstance(made, Response) else _html(templates, made)

        return endpoint

    def file(name: str) -> Callable[[Request], Response]:
        return lambda _: FileResponse(HERE / name)

    return Starlette(
        routes=[
            Route("/", page(lambda request: views.home(request.query_params.get("batch")))),
            Route("/search", page(lambda request: _search(views, request))),
            Route("/document/{doc_id}", page(lambda request: _document(views, request))),
            Route("/drops/{corpus:path}", page(lambda request: _drops(views, request))),
            Route("/sequence/{name:path}", page(lambda request: _sequence(views, request))),
            Route("/style.css", file("style.css")),
            Route("/keys.js", file("keys.js")),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
            Middleware(_Headers),
        ],
    )


def _search(views: Views, request: Request) -> Page | RedirectResponse:
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


def _html(templates: jinja2.Environment, page: Page, status: int = 200) -> HTMLResponse:
    return HTMLResponse(templates.get_template(page.template).render(page.values), status)


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
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)
