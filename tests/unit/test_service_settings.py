"""What an administrator may say about a service, in a file and on the line."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from ropeway.cli.service_options import RENAMED, ServiceOptions
from ropeway.model.problems import RopewayError
from ropeway.service import settings as module
from ropeway.service.settings import Settings, checked, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text()


def written(folder: Path, text: str) -> Path:
    file = folder / "ropeway.yaml"
    file.write_text(text)
    return file


def reason(file: Path, **options: object) -> str:
    with pytest.raises(RopewayError) as error:
        read_settings(file, options)
    assert error.value.problem.code == "settings-invalid"
    return f"{error.value.problem.object}: {error.value.problem.details['reason']}"


def test_an_empty_file_means_what_is_usual(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "# nothing yet\n")) == Settings()


def test_an_option_counts_more_than_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "listen: 0.0.0.0:443\nworkers: 3\n")
    found = read_settings(file, {"workers": 0})
    assert (found.listen, found.workers) == ("0.0.0.0:443", 0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("wrokers: 2", "there is no setting `wrokers`"),
        ("workers: many", "Expected `int`, got `str` - at `workers`"),
        ("workers: 65", "workers: it is a number from 0 to 64"),
        ("proxies: [10.0.0.0/8, zoe]", "proxies: zoe is no network"),
        ("proxies: [10.0.0.0/8, 7]", "Expected `str`, got `int` - at `proxies[1]`"),
        ("listen: '8443'", "listen: it is written ADDRESS:PORT"),
        ("listen: '::1:8443'", "listen: it is written ADDRESS:PORT"),
        ("listen: 127.0.0.1:99999", "listen: it is written ADDRESS:PORT"),
        ("url: http://ropeway.contoso.com", "url: it is written https://HOST"),
        ("url: https://ropeway.contoso.com/path", "url: it is written https://HOST"),
        ("url: https://zoe@ropeway.contoso.com", "url: it is written https://HOST"),
        ("names: ['über.contoso.com']", "names: über.contoso.com is no name of a host"),
        ("certificate: a.pem", "certificate and key are given together"),
        ("log: xml", "Invalid enum value 'xml' - at `log`"),
        ("- listen", "Expected `object`, got `array`"),
        ("listen: [", "it is no YAML, see line 2, column 1: expected the node content"),
        ("\x00", "it is no YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    file = written(tmp_path, text + "\n")
    assert reason(file).startswith(f"{file}: ")
    assert why in reason(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.yaml").endswith("No such file or directory")


def test_what_is_wrong_on_the_line_is_not_the_file_s_fault(tmp_path: Path) -> None:
    assert reason(written(tmp_path, ""), listen="8443").startswith("the options: listen: ")


def test_a_file_with_a_password_is_for_the_service_alone(tmp_path: Path) -> None:
    file = written(tmp_path, "state: postgresql://ropeway:secret@db/ropeway\n")
    file.chmod(0o640)
    with pytest.raises(RopewayError, match="chmod 600") as error:
        read_settings(file)
    assert "secret" not in str(error.value)
    file.chmod(0o600)
    assert read_settings(file).state.endswith("@db/ropeway")


@pytest.mark.parametrize(
    ("listen", "url", "found"),
    [
        ("127.0.0.1:8443", "", "https://127.0.0.1:8443"),
        ("[::1]:8443", "", "https://[::1]:8443"),
        ("ropeway.contoso.com:443", "", "https://ropeway.contoso.com:443"),
        ("0.0.0.0:8443", "https://cloud.contoso.com/", "https://cloud.contoso.com"),
    ],
)
def test_where_a_service_is_found(listen: str, url: str, found: str) -> None:
    settings = checked({"listen": listen, "url": url}, {})
    assert settings.found_at(settings.place.port) == found


def test_a_service_on_every_address_is_found_by_the_machine_s_name() -> None:
    for listen in (":8443", "0.0.0.0:8443", "[::]:8443"):
        assert "0.0.0.0" not in checked({"listen": listen}, {}).found_at(8443)


def test_files_of_its_own_are_beside_the_state() -> None:
    assert Settings().at("sqlite:////srv/ropeway/r.db").seal_file == Path("/srv/ropeway/seal.key")
    assert Settings().at("postgresql://db/ropeway").seal_file == Path("/var/lib/ropeway/seal.key")
    assert checked({"seal": "/etc/ropeway/seal.key"}, {}).seal_file == Path("/etc/ropeway/seal.key")


# documentation


def sentences() -> dict[str, str]:
    """The sentence under each field."""
    tree = ast.parse(Path(module.__file__).read_text())
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings").body
    return {
        field.target.id: text.value.value
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
        if isinstance(field.target, ast.Name) and isinstance(text.value, ast.Constant)
    }


def test_every_setting_has_its_sentence_and_its_heading_in_the_documentation() -> None:
    told = sentences()
    assert [*told] == [*Settings.__struct_fields__]
    for name, sentence in told.items():
        assert f"\n### {name}\n" in PAGE
        section = PAGE.partition(f"\n### {name}\n")[2].partition("\n#")[0]
        assert sentence in " ".join(section.split()), name


def test_every_setting_but_the_state_is_an_option() -> None:
    options = {RENAMED.get(name, name) for name in ServiceOptions.__dataclass_fields__} - {"config"}
    assert options == {*Settings.__struct_fields__} - {"state"}


def test_the_examples_of_the_documentation_are_accepted(tmp_path: Path) -> None:
    examples = [part.partition("```")[0] for part in PAGE.split("```yaml\n")[1:]]
    assert examples
    for example in examples:
        file = written(tmp_path, example)
        file.chmod(0o600)
        assert read_settings(file) != Settings()
        assert yaml.safe_load(example)
