"""Real servers for every test; see tests/fixtures."""

pytest_plugins = [
    "tests.fixtures.addresses",
    "tests.fixtures.samba",
    "tests.fixtures.postgres",
    "tests.fixtures.https",
]
