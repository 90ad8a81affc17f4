"""Who is not an agent gets nothing; who is one and lies is found out. Real HTTPS, words by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec
import pytest

from ropeway.agent import identity
from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.engine.lifecycle.standing import Standing, Stopped
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.pages import Page
from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.model.secret import Secret
from ropeway.model.watermark import Wanted, Watermark
from ropeway.model.wire import parts as wire
from ropeway.model.wire.calls import Arguments, Call, arguments_from, from_bytes
from ropeway.model.wire.frames import DoneFrame, FailedFrame, Frame, FullReadFrame, PageFrame, WholeFrame
from ropeway.model.wire.parts import encoded, packed
from ropeway.model.wire.sessions import (
    Asking,
    Challenge,
    Heartbeat,
    Proof,
    Pulse,
    Registered,
    Registration,
    Retired,
    Session,
)
from ropeway.model.wire.versions import Spoken
from ropeway.service.gateway.reading import Patience
from ropeway.store import jobs, lifecycle
from tests.fixtures.gateway import Service, a_service, wait_until

DAY = 86400.0
CONTOSO, ELSEWHERE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
WANTED = Wanted({"user": ("cn",)})


def mark(domain: str = CONTOSO) -> Watermark:
    return Watermark("dirsync", domain, "controller", 1, 0.0, WANTED.digest, b"cookie")


def refused(*codes: str):
    return pytest.raises(RopewayError, match=f"\\(({'|'.join(codes)})\\)")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@dataclass
class Liar:
    """Somebody with an agent's key, who says what the test wants."""

    service: Service
    folder: Path
    connection: Connection

    @property
    def line(self) -> Line:
        return Line(self.folder, self.connection)

    @property
    def identity(self) -> identity.Identity:
        return identity.load(self.folder)

    def challenge(self) -> str:
        return self.connection.post("/challenge", Asking(self.identity.fingerprint), Challenge).nonce

    def proof(self, nonce: str, *, service: str = "", signs: str = "", wire: Spoken | None = None) -> Session:
        mine, address = self.identity, service or self.service.url
        signature = mine.signature(address, signs or nonce)
        asked = Proof(mine.certificate, nonce, address, signature, "1.0", wire or Spoken(1, 1))
        return self.connection.post("/sessions", asked, Session)

    def answering(self, *bodies: bytes, line: Line | None = None) -> None:
        """Take the next call, and answer it with these parts, the last of them being the last."""
        line = line or self.line
        call = self.next_call(line)
        for seq, body in enumerate(bodies, 1):
            query = {"wait": "1"} | ({"last": "true"} if seq == len(bodies) else {})
            line.send("POST", f"/calls/{call.number}/{call.attempt}/parts/{seq}", body, query)

    def next_call(self, line: Line) -> Call:
        line.post("/heartbeat", Heartbeat("1.0"), Pulse)
        for _ in range(20):
            for message in from_bytes(line.send("GET", "/poll", query={"wait": "2"}, hold=2)):
                if isinstance(message, Call):
                    return message
        raise AssertionError("no call came")


@pytest.fixture
def liar(service: Service, tmp_path: Path) -> Iterator[Liar]:
    document = {"service": service.url, "ca_file": str(service.authority)}
    register(tmp_path / "agent", service.token(), document)
    connection = Connection(checked(document))
    yield Liar(service, tmp_path / "agent", connection)
    connection.close()


def part(*frames: Frame, domain: str = CONTOSO, version: int = 1) -> bytes:
    return packed(version, domain, [encoded(frame) for frame in frames])


def read(liar: Liar, answer: Callable[[], None], patience: Patience | None = None) -> list[Page]:
    """What a job that has read contoso before gets, while the liar answers."""
    answering = threading.Thread(target=answer)
    answering.start()
    source = liar.service.source(patience=patience or Patience(answer=20, nobody=20))
    try:
        return list(source.read(mark(), WANTED))
    finally:
        answering.join()
        source.close()


# who becomes an agent


def test_a_token_registers_one_agent(service: Service, tmp_path: Path) -> None:
    token, document = service.token(), {"service": service.url, "ca_file": str(service.authority)}
    register(tmp_path / "first", token, document)
    with refused("agent-token-refused"):
        register(tmp_path / "second", token, document)
    assert not (tmp_path / "second" / "identity.pem").exists()
    assert len(service.control.agents()) == 1


@pytest.mark.parametrize("token", ["", "rw_forged", "x" * 5000, "rw_\ud7ff🙂"])
def test_a_forged_token_registers_nobody(service: Service, tmp_path: Path, token: str) -> None:
    with refused("agent-token-refused"):
        register(tmp_path / "agent", Secret(token), {"service": service.url, "ca_file": str(service.authority)})
    assert not service.control.agents()


def test_a_token_is_good_for_as_long_as_was_said(service: Service, tmp_path: Path) -> None:
    token = service.token(lifetime=600)
    service.clock.ahead = 601
    with refused("agent-token-refused"):
        register(tmp_path / "agent", token, {"service": service.url, "ca_file": str(service.authority)})


def test_a_token_of_an_administrator_registers_nobody(service: Service, tmp_path: Path) -> None:
    from ropeway.store import tokens

    with service.database.write() as c:
        wrong = tokens.issue(c, 1, "administrator", "zoe", now=service.clock(), lifetime=60)
    with refused("agent-token-refused"):
        register(tmp_path / "agent", wrong, {"service": service.url, "ca_file": str(service.authority)})


def test_a_request_that_is_not_signed_with_its_own_key_costs_no_token(service: Service, liar: Liar) -> None:
    token = service.token()
    for csr in ("", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----", "x" * 60_000):
        with refused("agent-request-refused"):
            asked = Registration(token.reveal(), service.url, "dc1", csr, "1.0")
            liar.connection.post("/register", asked, Registered)
    good = Registration(token.reveal(), service.url, "dc1", identity.request(identity.new_key(), "dc1"), "1.0")
    assert liar.connection.post("/register", good, Registered).domain == "contoso.test"


def test_a_folder_that_has_an_agent_keeps_it(service: Service, liar: Liar) -> None:
    before = (liar.folder / "identity.pem").read_bytes()
    with refused("agent-already-registered"):
        register(liar.folder, service.token(), {"service": service.url, "ca_file": str(service.authority)})
    assert (liar.folder / "identity.pem").read_bytes() == before
    assert (liar.folder / "identity.pem").stat().st_mode & 0o777 == 0o600


# who is an agent


def test_a_session_needs_the_key_of_the_certificate(liar: Liar) -> None:
    stolen, other = liar.identity, identity.new_key()
    thief = identity.Identity(other, stolen.certificate)
    nonce = liar.challenge()
    proof = Proof(stolen.certificate, nonce, liar.service.url, thief.signature(liar.service.url, nonce), "1.0")
    with refused("agent-proof-refused"):
        liar.connection.post("/sessions", proof, Session)


def test_what_was_signed_to_open_a_session_takes_no_agent_off_the_list(liar: Liar) -> None:
    mine, address, nonce = liar.identity, liar.service.url, liar.challenge()

    def give_up(signature: str) -> Retired:
        return liar.connection.post("/retirement", Proof(mine.certificate, nonce, address, signature, "1.0"), Retired)

    thief = identity.Identity(identity.new_key(), mine.certificate)
    for wrong in (mine.signature(address, nonce), thief.signature(address, nonce, "retirement")):
        with refused("agent-proof-refused"):
            give_up(wrong)
    assert liar.service.control.agent(mine.agent).status == "active"
    assert give_up(mine.signature(address, nonce, "retirement")).agent == mine.agent
    assert liar.service.control.agent(mine.agent).status == "removed"
    with refused("agent-removed"):
        give_up(mine.signature(address, nonce, "retirement"))


def test_a_challenge_opens_one_session_and_is_good_for_a_minute(liar: Liar) -> None:
    nonce = liar.challenge()
    liar.proof(nonce)
    with refused("agent-proof-refused"):
        liar.proof(nonce)
    late = liar.challenge()
    liar.service.clock.ahead = 61
    with refused("agent-proof-refused"):
        liar.proof(late)


def test_what_was_signed_for_another_service_opens_nothing(liar: Liar) -> None:
    with refused("agent-other-address"):
        liar.proof(liar.challenge(), service="https://evil.example")
    with refused("agent-proof-refused"):
        liar.proof(liar.challenge(), signs="another nonce")


def test_the_clock_of_an_agents_machine_does_not_matter(liar: Liar) -> None:
    for ahead in (DAY, -DAY):
        liar.service.clock.ahead = ahead
        assert liar.proof(liar.challenge()).domain == "contoso.test"


def test_a_removed_agent_has_no_session_from_that_moment(liar: Liar) -> None:
    line = liar.line
    line.post("/heartbeat", Heartbeat("1.0"), Pulse)
    agent = line.session().agent
    liar.service.control.remove_agent(agent)
    with refused("agent-removed"):
        line.send("GET", "/poll", query={"wait": "1"}, hold=1)
    assert liar.service.control.agent(agent).status == "removed"


def test_a_removed_agent_is_told_so_by_its_next_sign_of_life_but_one(liar: Liar) -> None:
    """Signs of life are many, and not looked up each: it takes the service a moment to know better."""
    line = liar.line
    line.post("/heartbeat", Heartbeat("1.0"), Pulse)
    liar.service.control.remove_agent(line.session().agent)

    def is_told() -> bool:
        try:
            line.post("/heartbeat", Heartbeat("1.0"), Pulse)
        except RopewayError as error:
            return error.problem.code == "agent-removed"
        return False

    wait_until(is_told, "it is told", 2)


def test_a_certificate_that_has_expired_opens_nothing(liar: Liar) -> None:
    liar.service.clock.ahead = 91 * DAY
    with refused("agent-certificate-expired"):
        liar.proof(liar.challenge())


def test_a_certificate_of_somebody_else_is_unknown(liar: Liar, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with a_service(f"sqlite:///{tmp_path}/elsewhere.db", tmp_path / "elsewhere") as other:
        document = {"service": other.url, "ca_file": str(other.authority)}
        register(tmp_path / "stranger", other.token(), document)
    with refused("agent-unknown"):
        Line(tmp_path / "stranger", liar.connection).session()


def test_a_renewed_certificate_replaces_the_old_one_when_it_is_used(liar: Liar) -> None:
    line, old = liar.line, liar.identity
    line.renew()
    nonce = liar.connection.post("/challenge", Asking(old.fingerprint), Challenge)
    assert nonce.nonce, "an agent that died before it stored the new one still has the old one"
    assert line.session().agent
    with refused("agent-unknown"):
        liar.connection.post("/challenge", Asking(old.fingerprint), Challenge)


@pytest.mark.parametrize(
    "path", ["heartbeat", "certificate", "calls/1/1/parts/1", "calls/1/1/changed", "calls/1/1/back"]
)
def test_without_a_session_nothing_is_answered(liar: Liar, path: str) -> None:
    for token in (None, Secret("rw_forged"), Secret(liar.service.token().reveal())):
        with refused("not-signed-in"):
            liar.connection.send("POST", f"/{path}", b"{}", token=token)


def test_no_agent_hears_of_another_domains_calls(liar: Liar, service: Service, tmp_path: Path) -> None:
    document = {"service": service.url, "ca_file": str(service.authority)}
    register(tmp_path / "fabrikam", service.token("fabrikam.test"), document)
    theirs = Line(tmp_path / "fabrikam", liar.connection)
    line = liar.line
    source = service.source()
    asking = threading.Thread(target=lambda: list(source.read(mark(), WANTED)))
    asking.start()
    call = liar.next_call(line)
    assert from_bytes(theirs.send("GET", "/poll", query={"wait": "1"}, hold=1)) == []
    with refused("call-gone"):
        theirs.send("POST", f"/calls/{call.number}/{call.attempt}/parts/1", part(DoneFrame()), {"last": "true"})
    line.send("POST", f"/calls/{call.number}/{call.attempt}/parts/1", part(DoneFrame()), {"last": "true"})
    asking.join()


# who lies


def test_a_true_answer_is_taken(liar: Liar) -> None:
    assert read(liar, lambda: liar.answering(part(PageFrame(Page(()))), part(DoneFrame()))) == [Page(())]


def test_what_is_asked_between_two_pages_is_asked_of_agents_that_know_the_first(liar: Liar) -> None:
    line, first = liar.line, msgspec.structs.replace(mark(), usn=7)
    pages = part(PageFrame(Page((), seen=first))), part(PageFrame(Page((), mark())), DoneFrame())
    asked: list[Arguments] = []

    def answer() -> None:
        reading = liar.next_call(line)
        place = f"/calls/{reading.number}/{reading.attempt}/parts"
        line.send("POST", f"{place}/1", pages[0])
        between = liar.next_call(line)
        asked.append(arguments_from(between.arguments))
        query = {"last": "true"}
        line.send(
            "POST", f"/calls/{between.number}/{between.attempt}/parts/1", part(WholeFrame(None), DoneFrame()), query
        )
        line.send("POST", f"{place}/2", pages[1], query)

    answering = threading.Thread(target=answer)
    answering.start()
    source = liar.service.source(patience=Patience(answer=20, nobody=20))
    try:
        for page in source.read(mark(), WANTED):
            if page.watermark is None:
                assert source.resolve("CN=Anna", WANTED) is None
    finally:
        answering.join()
        source.close()
    assert [one.seen for one in asked] == [first]


def test_an_agent_of_another_domain_is_found_out(liar: Liar) -> None:
    with refused("agent-of-another-domain"):
        read(liar, lambda: liar.answering(part(PageFrame(Page(())), DoneFrame(), domain=ELSEWHERE)))
    with refused("agent-of-another-domain"):
        read(liar, lambda: liar.answering(part(PageFrame(Page((), mark(ELSEWHERE))), DoneFrame())))
    with refused("agent-of-another-domain"):
        read(liar, lambda: liar.answering(part(PageFrame(Page((), seen=mark(ELSEWHERE))), DoneFrame())))


def test_half_an_answer_is_none(liar: Liar) -> None:
    with refused("agent-answer-incomplete"):
        read(liar, lambda: liar.answering(part(PageFrame(Page(())))))


def test_half_a_part_is_none(liar: Liar) -> None:
    whole = part(PageFrame(Page(())), DoneFrame())
    for broken in (b"", whole[:-5], whole[: len(whole) // 2], b"x" * 100, whole + whole):
        with refused("agent-answer-unreadable"):
            read(liar, lambda broken=broken: liar.answering(broken))


def test_a_part_that_unpacks_to_more_than_it_may_is_not_unpacked(liar: Liar) -> None:
    bomb = wire.zstd.compress(b"\0" * (wire.MOST_BYTES + 1000), 19)
    assert len(bomb) < 10_000
    with refused("agent-answer-too-large"):
        read(liar, lambda: liar.answering(bomb))


def test_a_part_that_is_too_large_is_not_read_to_its_end(liar: Liar) -> None:
    line = liar.line
    with refused("request-too-large"):
        line.send("POST", "/calls/1/1/parts/1", b"x" * (wire.MOST_PACKED + 1))
    with httpx2.Client(verify=liar.connection.trust, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {line.token().reveal()}"}
        sent: list[int] = []
        endless = (b"x" * (sent.append(1) or 65536) for _ in range(10_000))
        answer = client.post(f"{liar.service.url}/agent/v1/heartbeat", content=endless, headers=headers)
        assert answer.status_code == 413
    assert len(sent) < 1000


def test_a_newer_version_than_the_service_knows_is_named(liar: Liar) -> None:
    with refused("agent-of-newer-version"):
        read(liar, lambda: liar.answering(part(DoneFrame(), version=7)))


def test_an_agent_that_never_answers_is_waited_for_ten_minutes_and_no_longer(liar: Liar) -> None:
    assert Patience().answer == 600
    line = liar.line
    with refused("agent-timeout"):
        read(liar, lambda: liar.next_call(line) and None, Patience(answer=1.0, look=0.2))


def test_an_agent_that_answers_twice_is_heard_once(liar: Liar) -> None:
    line = liar.line

    def twice() -> None:
        call = liar.next_call(line)
        place = f"/calls/{call.number}/{call.attempt}/parts"
        for body in (part(PageFrame(Page(()))), part(PageFrame(Page((), mark())))):
            line.send("POST", f"{place}/1", body, {"wait": "1"})
        line.send("POST", f"{place}/2", part(DoneFrame()), {"last": "true"})

    assert read(liar, twice) == [Page(())]


def test_what_went_wrong_at_the_agent_is_told_as_it_was(liar: Liar) -> None:
    problem = Problem("account-locked", object="ropeway@contoso.test", details={"reason": "data 775"})
    with refused("account-locked"):
        read(liar, lambda: liar.answering(part(FailedFrame(problem), domain="")))
    with pytest.raises(FullReadNeeded, match="too old"):
        read(liar, lambda: liar.answering(part(FullReadFrame("too old"), domain="")))


def test_a_lie_about_a_problem_is_cut_short(liar: Liar) -> None:
    endless = Problem("x" * 9999, "y" * 9999, "", "z" * 9999, {f"d{n}": "w" * 9999 for n in range(999)})
    with pytest.raises(RopewayError) as error:
        read(liar, lambda: liar.answering(part(FailedFrame(endless), domain="")))
    assert len(msgspec.json.encode(error.value.problem)) < 20_000


# domains without agents


def test_a_domain_without_an_agent_says_how_to_get_one(service: Service) -> None:
    with refused("agents-none-assigned") as error:
        service.source("nobody.test").describe()
    assert "ropeway agent token nobody.test" in str(error.value)


@pytest.mark.parametrize("ahead", [40, 120])
def test_a_domain_whose_agents_are_silent_says_which_and_where_to_look(liar: Liar, ahead: int) -> None:
    liar.service.clock.ahead = ahead
    with refused("agents-none-active") as error:
        liar.service.source(patience=Patience(nobody=0.5, look=0.1)).describe()
    assert "ropeway agent list" in str(error.value)
    assert liar.service.control.agents()[0].id in str(error.value)


def told_while_waiting(liar: Liar, during: Callable[[], None] = lambda: None) -> list[Problem]:
    """What whoever runs the job hears while nobody answers; `during` is done by somebody else meanwhile."""
    told: list[Problem] = []
    source = liar.service.source(patience=Patience(word=0.5, nobody=4.0, look=0.1))
    source.on_wait(told.append)
    other = threading.Thread(target=during)
    other.start()
    with refused("agents-none-active"):
        source.describe()
    other.join()
    return told


def test_a_job_that_waits_for_an_agent_says_so_once_and_whom_to_start(liar: Liar) -> None:
    liar.service.clock.ahead = 40
    (told,) = told_while_waiting(liar)
    assert (told.code, told.object) == ("agent-awaited", "contoso.test")
    assert liar.service.control.agents()[0].id in told.details["agents"]
    assert "ropeway agent run" in describe(told)


def test_a_job_that_is_stopped_for_want_of_agents_does_not_wait_for_them_again(liar: Liar) -> None:
    service = liar.service
    source = SourceSettings("active-directory", {"domain": "contoso.test"}, "agents")
    stopped = Standing(stopped=Stopped(0.0, Problem("agents-none-active")))
    with service.database.write() as c:
        job = jobs.create(c, service.database, 1, JobSettings("Contoso", source), 0.0).number
        lifecycle.change_standing(c, job, lambda _: stopped, 0.0)
    service.clock.ahead = 120
    began = time.monotonic()
    with refused("agents-none-active"):
        service.source(job=job, patience=Patience(nobody=60.0, look=0.1)).describe()
    assert time.monotonic() - began < 10


def test_a_job_whose_agent_died_over_a_call_says_so_before_another_has_it(liar: Liar) -> None:
    def takes_it_and_dies() -> None:
        liar.next_call(liar.line)
        liar.service.clock.ahead = 60

    (told,) = told_while_waiting(liar, takes_it_and_dies)
    assert told.code == "agent-awaited"


# versions


@pytest.mark.parametrize(("theirs", "spoken"), [(Spoken(1, 1), 1), (Spoken(1, 2), 2), (Spoken(2, 3), 2)])
def test_one_version_apart_is_understood(tmp_path: Path, theirs: Spoken, spoken: int) -> None:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path, spoken=Spoken(1, 2)) as service:
        document = {"service": service.url, "ca_file": str(service.authority)}
        register(tmp_path / "agent", service.token(), document)
        connection = Connection(checked(document))
        assert Line(tmp_path / "agent", connection, theirs).session().wire == spoken
        connection.close()


def test_further_apart_is_said(tmp_path: Path, liar: Liar) -> None:
    with refused("agent-versions-apart") as error:
        liar.proof(liar.challenge(), wire=Spoken(3, 4))
    assert "the service 1 to 1" in str(error.value)


def test_the_trace_level_comes_with_the_next_heartbeat(liar: Liar) -> None:
    line = liar.line
    agent = line.session().agent
    line.post("/heartbeat", Heartbeat("1.0"), Pulse)
    liar.service.control.set_trace(agent, "debug")
    wait_until(lambda: line.post("/heartbeat", Heartbeat("1.0"), Pulse).trace == "debug", "the level changes")


def test_who_was_removed_is_given_no_trace_level(liar: Liar) -> None:
    agent = liar.line.session().agent
    liar.service.control.remove_agent(agent)
    with refused("agent-removed"):
        liar.service.control.set_trace(agent, "debug")
