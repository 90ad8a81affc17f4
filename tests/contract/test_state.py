"""The laws of a job's state, the same over SQLite and PostgreSQL."""

from __future__ import annotations

import msgspec
import pytest

from ropeway.engine.records import Decided, Escrow, Imported, Later, LinkKey, LinksPart, Planned
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem, RopewayError
from tests.contract.state_job import MARK, NOTHING, Office, a, office, person

__all__ = ["office"]

OU = "organizationalUnit"


# watermark and lease


def test_a_watermark_is_stored_only_with_what_it_covers(office: Office) -> None:
    with pytest.raises(Exception, match=r"(?i)null|none"):
        office.read(person("Zoe"), msgspec.structs.replace(person("Ann"), digest=None), watermark=MARK)  # type: ignore[arg-type]
    assert (office.state.record().watermark, office.state.known([a("Zoe")])) == (None, {})
    office.read(person("Zoe"), watermark=MARK)
    assert (office.state.record().watermark, office.due()) == (MARK, ["Zoe"])


def test_a_full_read_forgets_the_watermark_and_a_comparison_does_not(office: Office) -> None:
    office.read(watermark=MARK)
    assert office.state.start_comparison() == 1
    assert office.state.record().watermark == MARK
    assert office.state.start_generation() == 2
    assert office.state.record().watermark is None


def test_a_second_holder_is_told_who_runs_the_job_and_since_when(office: Office) -> None:
    with pytest.raises(RopewayError) as refused:
        office.open("second")
    assert refused.value.problem.code == "job-is-running"
    assert refused.value.problem.details == {"holder": "first", "since": "1970-01-12 13:46:40 UTC"}


def test_a_holder_that_gave_the_job_back_or_died_is_replaced(office: Office) -> None:
    office.state.release()
    office.open("second")
    office.open("third", dead=["second"])


@pytest.mark.parametrize("seconds", [61, -86400])
def test_a_holder_nobody_heard_of_for_a_minute_is_replaced_whatever_the_clock_did(office: Office, seconds: int) -> None:
    office.now += seconds
    office.open("second")


def test_writing_or_renewing_keeps_the_lease(office: Office) -> None:
    office.now += 50
    office.read(person("Zoe"))
    office.now += 50
    office.state.renew()
    office.now += 50
    with pytest.raises(RopewayError):
        office.open("second")


def test_late_writes_of_a_replaced_holder_are_refused_and_have_written_nothing(office: Office) -> None:
    late = office.state
    office.now += 61
    office.state = office.open("second")
    for write in (
        lambda: late.store(Imported(generation=1, entries={a("Zoe"): person("Zoe")}, watermark=MARK)),
        late.all_due,
        late.renew,
        lambda: late.set_decided_by("x"),
        lambda: late.remap_links("group", "member", None, "-members"),
        lambda: late.remap_links_of([1], "member", "-members"),
        lambda: late.links_in_step([1], ["member"]),
        lambda: late.decide(Decided()),
        lambda: late.mark_sent([1]),
    ):
        with pytest.raises(RopewayError) as lost:
            write()
        assert (lost.value.problem.code, lost.value.problem.details["holder"]) == ("lease-lost", "second")
    late.release()
    assert (office.state.known([a("Zoe")]), office.state.record().decided_by) == ({}, "")
    office.state.renew()


# entries


def test_what_was_read_replaces_what_was_known_and_keeps_what_was_decided(office: Office) -> None:
    office.read(person("Zoe", department="Sales"))
    office.plan("Zoe", Kind.CREATE, department="Sales")
    office.export(2)
    office.read(person("Zoe", department="Law"))
    zoe = office.state.known([a("Zoe")])[a("Zoe")]
    assert (zoe.target, zoe.digest) == ("t-Zoe", person("Zoe", department="Law").digest)


def test_a_container_that_was_read_anew_is_undecided(office: Office) -> None:
    berlin = person("Berlin", OU)
    office.read(berlin)
    line = office.state.due(office.now, 1)[0]
    line.entry.in_scope = True
    office.state.decide(Decided(done=[line], entries=[line.entry]))
    assert office.state.known([a("Berlin")])[a("Berlin")].in_scope is True
    office.read(berlin)
    assert office.state.known([a("Berlin")])[a("Berlin")].in_scope is None


def test_a_deleted_entry_is_a_tombstone_that_keeps_its_target_until_the_delete_is_confirmed(office: Office) -> None:
    office.read(person("Zoe"))
    office.plan("Zoe", Kind.CREATE)
    office.export(2)
    office.state.store(Imported(generation=1, gone={a("Zoe")}, due={a("Zoe"): 1}))
    zoe = office.state.known([a("Zoe")])[a("Zoe")]
    assert (zoe.live, zoe.target, office.due()) == (False, "t-Zoe", ["Zoe"])


def test_a_tombstone_is_forgotten_two_generations_later_with_its_links_of_this_job_alone(office: Office) -> None:
    office.read(person("Zoe"), person("Team", "group"))
    office.link("Team", "Zoe")
    other = office.open("first", number=office.new_job("Fabrikam"))
    link = LinkKey(a("Friends"), "member", a("Zoe"))
    friends = {a("Friends"): person("Friends", "group")}
    other.store(Imported(generation=1, entries=friends, added=[link]))
    office.state.store(Imported(generation=1, gone={a("Zoe")}))
    for _ in range(3):
        office.state.forget(0, 0, tombstones=True)
        office.state.start_comparison()
    office.state.forget(0, 0, tombstones=True)
    assert office.state.known([a("Zoe")]) == {}
    assert office.links("Team") == set()
    assert other.links_of([a("Friends")]) == {link}


def test_whom_a_full_read_did_not_bring_is_unseen(office: Office) -> None:
    office.read(person("Zoe"), person("Ann"), person("Bob"))
    generation = office.state.start_generation()
    office.state.stamp([a("Zoe")], generation)
    office.state.store(Imported(generation=generation, seen={a("Ann")}))
    assert generation == 1 or office.state.unseen(generation, 10) == [a("Bob")]


# the work list


def test_an_anchor_added_again_while_it_is_being_decided_stays_on_the_list(office: Office) -> None:
    office.read(person("Zoe"))
    lines = office.state.due(office.now, 10)
    office.state.store(Imported(generation=1, due={a("Zoe"): 1}))
    office.state.decide(Decided(done=lines))
    assert office.due() == ["Zoe"]
    office.settle()
    assert office.due() == []


def test_containers_come_first(office: Office) -> None:
    office.read(person("Zoe"), person("Berlin", OU), person("Ann"))
    assert office.due() == ["Berlin"]
    office.settle()
    assert office.due() == []


def test_nothing_comes_before_its_time(office: Office) -> None:
    office.read(person("Zoe"))
    lines = office.state.due(office.now, 10)
    office.state.decide(Decided(done=lines, later=[Later(a("Zoe"), office.now + 3600)]))
    assert office.due() == []
    office.now += 3599
    assert office.due() == []
    office.now += 1
    assert office.due() == ["Zoe"]
    office.settle()
    assert office.due() == []


def test_a_change_at_the_source_does_not_wait_for_the_time(office: Office) -> None:
    office.read(person("Zoe"))
    lines = office.state.due(office.now, 10)
    office.state.decide(Decided(done=lines, later=[Later(a("Zoe"), office.now + 3600)]))
    office.read(person("Zoe", department="Law"))
    assert office.due() == ["Zoe"]


def test_everything_below_a_container_is_due(office: Office) -> None:
    office.read(person("Berlin", OU), person("Zoe", parent="Berlin"), person("Ann", parent="Oslo"))
    office.settle()
    office.state.children_due(a("Berlin"))
    assert office.due() == ["Zoe"]


def test_everybody_is_due_where_the_rules_changed(office: Office) -> None:
    office.read(*(person(f"P{n:04}") for n in range(950)))
    office.settle()
    office.state.all_due()
    assert len(office.state.due(office.now, 2000)) == 950


def test_everybody_is_due_once_the_containers_first_wherever_they_are(office: Office) -> None:
    inside = [person(f"B{n:04}", parent="Berlin") for n in range(950)]
    office.read(person("Zoe", parent="Oslo"), person("Berlin", OU, parent="Oslo"), person("Oslo", OU), *inside)
    office.settle()
    office.state.all_due()
    office.state.all_due()
    assert sorted(office.due()) == ["Berlin", "Oslo"]
    office.settle()
    assert office.due() == []


def test_members_of_groups_that_contain_each_other_are_due_once(office: Office) -> None:
    office.read(person("A", "group"), person("B", "group"), person("Zoe"), person("Ann"))
    office.link("A", "B", "Zoe")
    office.link("B", "A", "Ann")
    office.settle()
    office.state.members_due([a("A")])
    assert sorted(office.due()) == ["A", "Ann", "B", "Zoe"]
    assert office.state.group_closure([a("A")]) == {a("A"), a("B")}
    assert office.state.in_groups([a("Zoe"), a("Ann"), a("Eve")], [a("A")]) == {a("Zoe")}


def test_links_that_flow_elsewhere_are_told_anew_and_taken_back_by_their_old_name(office: Office) -> None:
    others = [f"P{n:04}" for n in range(800)]
    office.read(person("Team", "group"), person("Zoe"), *map(person, others))
    office.link("Team", *others)
    office.link("Zoe", "Team")
    office.send_links("Team")
    office.send_links("Zoe")
    for _ in range(2):  # cut short, it begins again
        office.state.remap_links("group", "member", "-members", None)
    assert office.links("Zoe") == {"Team"}
    assert office.send_links("Zoe") == {}
    number = office.state.known([a("Team")])[a("Team")].number
    open_ = office.state.pending_links([number], (0, "", ""), 5000)
    assert [(x.attribute, x.present) for x in open_] == [("-members", False)] * 800 + [("member", True)] * 800
    office.state.remap_links("group", "member", None, "-members")
    assert office.state.pending_links([number], (0, "", ""), 5000) == []


def test_links_of_some_entries_that_flow_elsewhere_are_theirs_alone(office: Office) -> None:
    office.read(person("Team", "group"), person("Club", "group"), person("Zoe"))
    for name in ("Team", "Club"):
        office.link(name, "Zoe")
        office.send_links(name)
    team, club = (office.state.known([a(name)])[a(name)].number for name in ("Team", "Club"))
    office.state.remap_links_of([team], "member", "-members")
    assert office.state.open_references([team, club]) == {(team, "-members"), (team, "member")}
    office.state.links_in_step([team], ["member"])
    open_ = office.state.pending_links([team], (0, "", ""), 9)
    assert [(x.attribute, x.present) for x in open_] == [("-members", False)]
    office.state.keep_links_of([team], "member", "-members")
    assert office.state.open_references([team, club]) == set()
    assert office.state.told_references([team, club], ["member"]) == {(team, "member"), (club, "member")}


def test_links_that_are_left_out_have_nothing_to_be_told(office: Office) -> None:
    office.read(person("Team", "group"), person("Zoe"), person("Ann"))
    office.link("Team", "Zoe")
    office.send_links("Team")
    number = office.state.known([a("Team")])[a("Team")].number
    office.link("Team", "Ann", gone=["Zoe"])
    office.state.links_in_step([number], ["member"])
    assert (office.state.open_references([number]), office.links("Team")) == (set(), {"Ann"})


def test_who_points_at_an_object_is_due_and_tells_it_again(office: Office) -> None:
    office.read(person("Team", "group"), person("Zoe"))
    office.link("Team", "Zoe")
    assert office.send_links("Team") == {"Zoe": True}
    office.settle()
    office.state.owners_due(a("Zoe"), resend=True)
    assert office.due() == ["Team"]
    assert office.send_links("Team") == {"Zoe": True}


def test_an_object_set_aside_counts_its_attempts_and_comes_back(office: Office) -> None:
    office.read(person("Zoe"))
    problem = Problem("value-invalid", object="Zoe")
    for attempt in (1, 2):
        lines = office.state.due(office.now, 10)
        escrow = Escrow(a("Zoe"), "map", problem, attempt, office.now, office.now)
        office.state.decide(Decided(done=lines, escrows=[escrow], later=[Later(a("Zoe"), office.now + 10)]))
        assert office.state.escrowed([a("Zoe")])[a("Zoe")].attempts == attempt
        office.now += 10
    office.state.decide(Decided(done=office.state.due(office.now, 10), settled=[a("Zoe")]))
    assert office.state.escrowed([a("Zoe")]) == {}


# the plan and its holds


def test_a_row_planned_the_same_keeps_its_hold_and_one_that_changed_loses_it(office: Office) -> None:
    office.read(person("Zoe"))
    office.plan("Zoe", Kind.DISABLE, accountEnabled="no")
    office.state.keep_back("disables", "user", "", Problem("hold-many-changes"), None)
    assert office.export(1) == []
    office.plan("Zoe", Kind.DISABLE, accountEnabled="no")
    assert office.export(1) == []
    office.plan("Zoe", Kind.DISABLE, accountEnabled="really no")
    assert office.export(1) == ["Zoe"]
    assert office.state.recount_holds() == 0


def test_a_plan_that_is_no_longer_wanted_drops_out_of_its_hold(office: Office) -> None:
    office.read(person("Zoe"), person("Ann"))
    for name in ("Zoe", "Ann"):
        office.plan(name, Kind.DELETE)
    assert office.state.keep_back("deletes", "user", "", Problem("hold-many-changes"), None) == 2
    office.read(person("Zoe", department="back"))
    office.settle()
    assert office.state.recount_holds() == 1


def test_an_approved_hold_lets_exactly_its_rows_go(office: Office) -> None:
    from sqlalchemy import update

    from ropeway.store.tables import hold

    office.read(person("Zoe"), person("Ann"))
    office.plan("Zoe", Kind.DELETE)
    office.state.keep_back("deletes", "user", "", Problem("hold-many-changes"), None)
    with office.db.write() as c:
        c.execute(update(hold).values(approved=office.now))
    office.plan("Ann", Kind.DELETE)
    assert office.state.endangered("deletes") == {"user": 1}
    office.state.keep_back("deletes", "user", "", Problem("hold-many-changes"), None)
    assert office.export(0) == ["Zoe"]
    assert office.state.recount_holds() == 1
    assert office.state.done_since("delete", "user", 0) == 0


def test_rows_are_sent_in_order_and_those_without_an_answer_are_known(office: Office) -> None:
    office.read(person("Zoe"), person("Ann"))
    for name in ("Zoe", "Ann"):
        office.plan(name, Kind.CREATE)
    rows = office.state.sendable(2, 0, 10)
    assert [row.entry.anchor for row in rows] == ["Zoe", "Ann"]
    office.state.mark_sent([rows[0].planned.seq])
    assert [row.entry.anchor for row in office.state.sendable(2, 0, 10, sent=True)] == ["Zoe"]
    assert office.export(2) == ["Zoe", "Ann"]
    assert (office.state.any_sendable(), office.state.linked("user")) == (False, 2)


# links


def test_a_link_added_and_removed_before_it_was_sent_leaves_nothing_to_send(office: Office) -> None:
    office.read(person("Team", "group"))
    office.link("Team", "Zoe")
    office.link("Team", gone=["Zoe"])
    assert (office.links("Team"), office.send_links("Team")) == (set(), {})


def test_a_link_removed_and_added_again_before_that_was_sent_leaves_nothing_to_send(office: Office) -> None:
    office.read(person("Team", "group"))
    office.link("Team", "Zoe")
    office.send_links("Team")
    office.link("Team", gone=["Zoe"])
    office.link("Team", "Zoe")
    assert (office.links("Team"), office.send_links("Team")) == ({"Zoe"}, {})


def test_a_group_replaced_in_parts_loses_whom_no_part_named_once_the_last_has_come(office: Office) -> None:
    office.read(person("Team", "group"), person("Zoe"))
    office.link("Team", "Zoe", "Ann", "Bob")
    office.send_links("Team")
    office.settle()
    first = LinksPart(a("Team"), "member", (a("Ann"),), stamp=5, last=False, members_due=True)
    office.state.store(Imported(generation=1, replaced=[first]))
    assert office.links("Team") == {"Zoe", "Ann", "Bob"}
    last = msgspec.structs.replace(first, others=(a("Eve"),), last=True)
    office.state.store(Imported(generation=1, replaced=[last]))
    assert office.links("Team") == {"Ann", "Eve"}
    assert office.send_links("Team") == {"Bob": False, "Eve": True, "Zoe": False}
    assert office.due() == ["Zoe"]


def test_links_to_a_reanimated_object_count_only_if_they_are_named_again(office: Office) -> None:
    office.read(person("Team", "group"), person("Board", "group"), person("Zoe"))
    for group in ("Team", "Board"):
        office.link(group, "Zoe")
        office.send_links(group)
    again = LinkKey(a("Team"), "member", a("Zoe"))
    office.state.store(Imported(generation=1, revived={a("Zoe")}, added=[again]))
    assert (office.links("Team"), office.links("Board")) == ({"Zoe"}, set())
    assert (office.send_links("Team"), office.send_links("Board")) == ({}, {"Zoe": False})


def test_who_is_gone_from_the_target_is_told_all_links_on_coming_back(office: Office) -> None:
    office.read(person("Team", "group"))
    office.link("Team", *(f"P{n:04}" for n in range(950)))
    office.send_links("Team")
    office.send_links("Team")
    assert office.send_links("Team") == {}
    office.state.forget_exported_links([office.state.known([a("Team")])[a("Team")].number])
    assert len(office.send_links("Team")) == 900


def test_whom_a_deletion_took_along_counts_as_no_lost_member(office: Office) -> None:
    office.read(person("Team", "group"), person("Zoe"), person("Ann"))
    office.plan("Zoe", Kind.CREATE)
    office.export(2)
    office.link("Team", "Zoe", "Ann")
    office.send_links("Team")
    office.state.store(Imported(generation=1, gone={a("Zoe")}))
    office.link("Team", gone=["Zoe", "Ann"])
    office.plan("Team", Kind.LINKS, "group")
    assert office.state.losing_members(1, 0) == [(a("Team"), "member", 2, 0)], "as long as the target has Zoe"
    office.plan("Zoe", Kind.DELETE)
    office.export(0)
    assert office.state.losing_members(1, 0) == [(a("Team"), "member", 1, 0)]
    assert office.state.keep_back("members", "group", a("Team"), Problem("hold-many-changes"), None) == 1
    number = office.state.known([a("Team")])[a("Team")].number
    assert [(link.other, link.approved) for link in office.state.pending_links([number], (0, "", ""), 9)] == [
        ("Zoe", True)
    ]
    links, count = office.state.open_links(number, 1)
    assert ([link.other for link in links], count) == (["Ann"], 2), "people see what is held, too"


def test_a_member_that_is_gone_and_never_had_a_target_object_of_this_job_is_a_lost_member(office: Office) -> None:
    principal = person("Stranger", "foreignSecurityPrincipal")
    office.read(person("Team", "group"), person("Other"), principal)
    office.link("Team", "Other", "Stranger")
    office.send_links("Team")
    office.state.store(Imported(generation=1, gone={a("Other"), a("Stranger")}))
    office.link("Team", gone=["Other", "Stranger"])
    office.plan("Team", Kind.LINKS, "group")
    assert office.state.losing_members(1, 0) == [(a("Team"), "member", 2, 0)]
    number = office.state.known([a("Team")])[a("Team")].number
    assert not any(link.approved for link in office.state.pending_links([number], (0, "", ""), 9))


def test_removals_on_a_hold_stay_and_additions_go(office: Office) -> None:
    office.read(person("Team", "group"))
    office.link("Team", "Zoe", "Ann")
    office.send_links("Team")
    office.link("Team", "Bob", gone=["Zoe"])
    office.plan("Team", Kind.LINKS, "group")
    assert office.state.losing_members(1, 0) == [(a("Team"), "member", 1, 0)]
    office.state.keep_back("members", "group", "Team", Problem("hold-many-changes"), None)
    assert office.send_links("Team") == {"Bob": True}
    row = office.state.sendable(4, 0, 10)[0].planned
    office.state.finish_links([row.seq], [])
    assert (office.state.recount_holds(), office.state.sendable(4, 0, 10), office.state.pending_count()) == (1, [], 1)
    office.link("Team", "Zoe")
    assert office.state.recount_holds() == 0


# log


def test_the_log_goes_back_as_far_as_it_is_kept(office: Office) -> None:
    from ropeway.store import looking

    cycle = office.state.start_cycle("delta", office.now)
    for day in range(3):
        office.now = day * 86400.0
        office.state.renew()
        office.state.report(cycle, [(a("Zoe"), "CN=Zoe", "user", Problem("value-invalid"), "map")])
    office.state.forget(86400.0, 86400.0, tombstones=False)
    with office.db.read() as c:
        assert [event.time for event in looking.events(c, 1)] == [2 * 86400.0, 86400.0]


def test_a_cycle_that_was_stopped_is_remembered_until_one_ends_well(office: Office) -> None:
    for result in ("stopped", "success"):
        number = office.state.start_cycle("delta", office.now)
        outcome = msgspec.json.encode({"kind": "delta", "result": result})
        office.state.end_cycle(number, outcome, success=result == "success", problems=[])
        assert office.state.stopped_before() is (result == "stopped")


def test_a_job_paused_during_a_cycle_stays_paused(office: Office) -> None:
    from ropeway.model.job import JobStatus
    from ropeway.store import jobs

    number = office.state.start_cycle("delta", office.now)
    with office.db.write() as c:
        jobs.set_status(c, office.number, JobStatus.PAUSED)
    office.state.end_cycle(number, msgspec.json.encode({"result": "success"}), success=True, problems=[])
    assert office.state.record().status == "Paused"


def test_a_deleted_job_leaves_nothing_behind_and_others_alone(office: Office) -> None:
    from ropeway.store import jobs, tables

    office.read(*(person(f"P{n:04}") for n in range(950)), person("Team", "group"))
    office.link("Team", "P0001")
    other = office.open("first", number=office.new_job("Fabrikam"))
    other.store(Imported(generation=1, entries={a("Zoe"): person("Zoe")}, due={a("Zoe"): 1}))
    jobs.erase(office.db, {"tenant": 1, "job": office.number})
    with office.db.read() as c:
        assert [job.name for job in jobs.every(c, 1)] == ["Fabrikam"]
        assert [row.anchor for row in c.execute(tables.entry.select())] == ["Zoe"]
        assert c.execute(tables.link.select()).all() == []


def test_counts_are_of_this_job_alone(office: Office) -> None:
    office.read(person("Zoe"))
    office.plan("Zoe", Kind.CREATE)
    other = office.open("first", number=office.new_job("Fabrikam"))
    assert (other.pending_count(), other.plan_counts(), other.due(office.now, 10)) == (0, {}, [])
    assert (office.state.pending_count(), office.state.plan_counts()) == (1, {"create user": 1})
    assert Planned(1, Kind.CREATE, "user", NOTHING, "").seq == 0
