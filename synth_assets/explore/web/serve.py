"""The explorer served on this machine until Ctrl-C."""

from collections.abc import Callable

from starlette.applications import Starlette

from synth_assets.corpus.store import Store
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.explore.web.app import create_app
from synth_assets.explore.web.live import Live
from synth_assets.home import Home
from synth_assets.profile.model import Profile

ADDRESS = "127.0.0.1"


def open_app(
    store: Store, home: Home, profile: Profile, log: Callable[[str], None] = lambda _: None
) -> Starlette:
    """The application over an index that is brought up to date first."""
    refresh(Shelf(store), IndexFolder.of(store, home), log)
    return create_app(Live(store, home, profile).views)


def serve(
    store: Store, home: Home, profile: Profile, *, port: int, say: Callable[[str], None]
) -> None:
    """Raises SynthAssetsError where the port is taken."""
    import uvicorn

    from synth_assets.serve import refuse_taken_port

    refuse_taken_port(port)
    app = open_app(store, home, profile, say)
    say(f"the explorer is on http://{ADDRESS}:{port}")
    uvicorn.run(app, host=ADDRESS, port=port, log_level="warning", access_log=False)
