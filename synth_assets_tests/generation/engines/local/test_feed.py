import threading

from synth_assets.generation.engines.local.feed import Feed
from synth_assets.generation.engines.local.rows import Prompted
from synth_assets.generation.protocol import Request, Sampling


def item(length: int, beams: int = 1, room: int = 5) -> Prompted:
    return Prompted(Request("0", "", Sampling(num_beams=beams), 0), [1] * length, room)


def lengths(batch: list[Prompted]) -> list[int]:
    return [len(found.ids) for found in batch]


def test_windows_follow_each_other_without_a_jump_in_length() -> None:
    feed = Feed()
    feed.put([item(3), item(9), item(1)])
    feed.put([item(2), item(8), item(4)])

    assert lengths(feed.take(lambda _: 10, among=1)) == [9, 3, 1, 2, 4, 8]
    assert feed.columns == 14


def test_a_batch_is_of_one_way() -> None:
    feed = Feed()
    feed.put([item(1), item(2, beams=4), item(3), item(4, beams=4)])

    assert lengths(feed.take(lambda _: 10, among=1)) == [4, 2]
    first = feed.take(lambda _: 1, among=1)
    assert lengths(first) == [3]
    assert lengths(feed.more(5, (4, -1))) == []
    assert lengths(feed.more(5, first[0].way)) == [1]


def test_takers_share_what_waits() -> None:
    feed = Feed()
    feed.put([item(5) for _ in range(9)])

    assert len(feed.take(lambda _: 16, among=2)) == 5
    assert len(feed.take(lambda columns: columns - 8, among=1)) == 2


def test_a_taker_waits_until_there_is_something_or_it_is_stopped() -> None:
    feed = Feed()
    taken: list[list[int]] = []

    def take_all() -> None:
        while batch := feed.take(lambda _: 2, among=1):
            taken.append(lengths(batch))

    taker = threading.Thread(target=take_all)
    taker.start()
    feed.put([item(1), item(2), item(3)])
    while len(feed):
        pass
    feed.stop()
    taker.join(10)

    assert not taker.is_alive()
    assert taken == [[3, 2], [1]]
    assert feed.more(1, (1, -1)) == []
