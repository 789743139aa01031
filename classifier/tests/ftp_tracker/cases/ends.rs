// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The end of an announcement: by timeout, by its connection and by its session.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "an announcement that nobody uses expires, once",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            wait 59
            = announced 1, removed_expired 0, port 40000 1
            wait 2
            = announced 0, removed_expired 1, port 40000 0, idle 1
            connect c:50000 > s:40000 is other
            wait 100
            = removed_expired 1",
    },
    Case {
        name: "so does one that the agent has completed",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            wait 61
            = announced 0, removed_expired 1, port 40000 0, idle 1
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = removed_replaced 0, announced 1",
    },
    Case {
        name: "announced anew, its time begins anew",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            wait 40
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            wait 40
            = announced 1, removed_expired 0
            wait 21
            = announced 0, removed_expired 1",
    },
    Case {
        name: "a proposal expires, and was never learned",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            = proposed 1, port 40000 1
            wait 61
            = proposed 0, port 40000 0, learned_port 0, removed_expired 0, idle 1
            connect s:20 > c:40000 is active",
    },
    Case {
        name: "a connection that idles does not expire",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            connect c:50000 > s:40000 is passive
            wait 4000
            = connected 1, removed_expired 0, idle 0
            close c:50000 > s:40000 is passive
            wait 1
            = closed 1, port 40000 1
            wait 2
            = closed 0, removed_closed 1, port 40000 0, idle 1",
    },
    Case {
        name: "a connection whose hosts have vanished ends after ten days",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            connect c:50000 > s:40000 is passive
            pass 431900
            = connected 1
            pass 200
            = connected 0, closed 1, port 40000 1
            pass 431900
            = closed 1, removed_expired 0, port 40000 1
            pass 200
            = closed 0, removed_expired 1, removed_closed 0, port 40000 0, idle 1",
    },
    Case {
        name: "an old connection of which packets come does not",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            connect c:50000 > s:40000 is passive
            pass 432001
            more c:50000 > s:40000 is passive
            pass 431900
            more c:50000 > s:40000 is passive
            pass 431900
            more c:50000 > s:40000 is passive
            = closed 1, removed_expired 0, port 40000 1
            close c:50000 > s:40000 is passive
            wait 3
            = closed 0, removed_expired 0, removed_closed 1, port 40000 0, idle 1",
    },
    Case {
        name: "a closed connection lingers from its last packet on",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            wait 1
            more c:50000 > s:40000 is passive
            wait 1
            more c:50000 > s:40000 is passive
            wait 1
            more c:50000 > s:40000 is passive
            = closed 1, removed_closed 0, port 40000 1
            wait 3
            = closed 0, removed_closed 1, port 40000 0, idle 1
            more c:50000 > s:40000 is other",
    },
    Case {
        name: "a connection that was refused is tried again 3 and 7 s later",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            refuse c:50000 > s:40000 is passive
            wait 3
            refuse c:50000 > s:40000 is passive
            wait 7
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            wait 3
            = closed 0, removed_closed 1, port 40000 0, idle 1",
    },
    Case {
        name: "but not for ever",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            refuse c:50000 > s:40000 is passive
            wait 9
            = closed 1, removed_closed 0, port 40000 1
            wait 2
            = closed 0, removed_closed 1, port 40000 0, idle 1
            connect c:50000 > s:40000 is other",
    },
    Case {
        name: "the end of a session takes back what nobody has used",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            S> 221 bye
            S fin
            C fin
            = announced 0, removed_withdrawn 1, port 40000 0
            connect c:50000 > s:40000 is other
            wait 59
            = forgotten 0, idle 0
            wait 2
            = forgotten 1, idle 1",
    },
    Case {
        name: "also what the agent has completed",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = completed 1
            C rst
            = announced 0, removed_withdrawn 1, port 40000 0
            connect c:50000 > s:40000 is other",
    },
    Case {
        name: "also a proposal, which was never learned",
        trace: "
            open
            C[+6]>> PORT 10,0,0,1,156,64\\r\\n
            C> NOOP
            C skip 22
            = proposed 1
            C rst
            = proposed 0, removed_withdrawn 0, port 40000 0
            connect s:2000 > c:40000 is other",
    },
    Case {
        name: "but not a data connection that goes on",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            connect c:50000 > s:40000 is passive
            C rst
            wait 100
            = connected 1, forgotten 1
            close c:50000 > s:40000 is passive
            wait 3
            = removed_closed 1, idle 1",
    },
    Case {
        name: "nor what another session has announced",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            on c:49153 > s:21
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = announced 2, port 40000 2
            C rst
            = announced 1, port 40000 1, removed_withdrawn 1
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "a session whose ports begin another is not forgotten with the old one",
        trace: "
            open
            C rst
            wait 30
            open
            = forgotten 0
            wait 31
            = forgotten 0, idle 1
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "room for sessions is made where there is none, and once for all that were refused before",
        trace: "
            open
            full
            = made_room 1
            full before
            full before
            = made_room 1
            full
            = made_room 2",
    },
];

#[test]
fn ends() {
    check(CASES);
}
