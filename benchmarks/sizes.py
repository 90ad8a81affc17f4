"""How large everything is that is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Export:
    """A company in an LDIF file, and what its synchronization may cost."""

    people: int
    groups: int
    seconds: float
    megabytes: float
    sketch_ratio: float
    """The bound divided by what a bare sketch took on the machine for which the bound was set."""
    members: int = 50
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of objects and repetitions."""

    exports: tuple[Export, ...] = (
        Export(10_000, 1_000, seconds=4, megabytes=150, sketch_ratio=4 / 1.8, rounds=3),
        Export(100_000, 10_000, seconds=45, megabytes=200, sketch_ratio=45 / 23),
    )
    users: int = 100_000
    """In the large Samba domain, and members of its largest group."""
    few: int = 1_000
    """Users of the small domains."""
    people: int = 10_000
    groups: int = 1_000
    """Of the domain that sees changes."""
    changed: int = 500
    created: int = 100
    deleted: int = 100
    members: int = 250_000
    """Of the group that only the hub has."""
    passes: int = 50
    writes: int = 60
    rounds: int = 3
    imports_large: bool = False
    """Whether agents read the large domain, too, and not the one that sees changes."""
    agents: int = 1_000
    jobs: int = 1_000
    """Of which a tenth is due every 30 seconds, while those agents are connected."""
    judged: bool = True
    """Whether these are the sizes that the bounds are meant for."""


QUICK = Sizes(
    exports=(
        Export(1_000, 100, seconds=4, megabytes=150, sketch_ratio=4 / 1.8),
        Export(3_000, 300, seconds=45, megabytes=200, sketch_ratio=45 / 23),
    ),
    users=2_000,
    few=300,
    people=1_000,
    groups=100,
    changed=50,
    created=10,
    deleted=10,
    members=5_000,
    passes=20,
    writes=10,
    rounds=2,
    agents=100,
    jobs=100,
    judged=False,
)
"""For a minute's run: whether everything works, not how fast."""
