"""Connected components by union-find, and band buckets that know the components inside them."""

from collections.abc import Iterator


class Components:
    """Disjoint sets of whole numbers (Tarjan 1975), with path halving."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def find(self, item: int) -> int:
        """The number that stands for the item's component; the smallest in it."""
        parent = self._parent
        while (above := parent.get(item, item)) != item:
            parent[item] = parent.get(above, above)
            item = parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self._parent[high] = low


class Bucket:
    """Items that share a band, by component, so that a newcomer is compared with each component
    only until one comparison holds, however many near copies a bucket collects."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._members: dict[int, list[int]] = {}

    def add(self, item: int) -> None:
        self._members.setdefault(self._components.find(item), []).append(item)

    def others(self, item: int) -> Iterator[list[int]]:
        """Members of each component that the item is not (yet) in, smallest number first."""
        self._merge()
        for component in sorted(self._members):
            if self._components.find(component) != self._components.find(item):
                yield self._members[component]

    def _merge(self) -> None:
        """Put together the components that have been joined since."""
        for component in list(self._members):
            now = self._components.find(component)
            if now != component:
                members = self._members.pop(component)
                self._members[now] = sorted(self._members.get(now, []) + members)
