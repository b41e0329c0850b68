"""The explorer served on this machine until Ctrl-C."""

from collections.abc import Callable

from starlette.applications import Starlette

from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.index.look import Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.explore.web.app import create_app
from synth_assets.explore.web.views import Views
from synth_assets.home import Home
from synth_assets.profile.model import Profile

ADDRESS = "127.0.0.1"


def open_app(
    store: Store, home: Home, profile: Profile, log: Callable[[str], None] = lambda _: None
) -> Starlette:
    """The application over an index that is up to date."""
    shelf = Shelf(store)
    place = IndexFolder.of(store, home)
    refresh(shelf, place, log)
    index = Index(shelf, place)
    return create_app(Views(Explorer(shelf, index), index, profile))


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
