"""What Ropeway costs, each figure beside a yardstick run in the same minute; docs/performance.md explains the table.

figure, table, page     one measured figure and how it is judged; the table; the page that holds the last one
sizes, machine, bench   how large everything is; what it ran on; the folders, domains and states of one run
process, launch         a child process, measured by a launcher so small that it does not show in the figure
tenant, domains         a state with a job in it; Samba domains of a given size
administrator, bare     changes through LDAP as an administrator makes them; the controller asked without Ropeway
from_ldif, sketch       figure 1: an export into the directory; the same file parsed and stored by 80 lines
from_samba, reading     figure 2: the read stage and the whole initial synchronization, beside ldapsearch
idle, changes           figure 3: passes with nothing to do; 700 changes in one cycle
membership, hub_group   figure 3: one member added to a large group, through Samba and in the hub alone
arrival                 figure 4: from a write in the domain to the directory, with `ropeway run`
installation            `ropeway up` on a state, agents beside it
through_agents          figure 5: a full import, and a change, through a separate agent process
up                      figure 6: how soon `ropeway up` answers, and what an answer takes while a job runs
crowd, crowd_agent      figure 7: 1,000 agents and 200 due jobs a minute, together
operating               figure 8: backup, restore and a scrape of metrics
profile                 where the time of an initial synchronization goes
"""
