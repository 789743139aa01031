// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announcements after a gap, which the agent completes when the gap is filled.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "the second half of a 227 comes first",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            = segments 1, announced 0, idle 0
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 1, completed 1, announced 1",
    },
    Case {
        name: "a 227 behind a hole is learned with the segment that fills it",
        trace: "
            open
            C> PASV
            S[+9]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = segments 1, announced 0
            S> 200 ok?
            S skip 26
            = learned_pasv 1, completed 1, announced 1, port 40000 1
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            = closed 1
            wait 3
            = removed_closed 1, closed 0, port 40000 0, idle 1",
    },
    Case {
        name: "the beginning of a 227 is read by the program, its end by the agent",
        trace: "
            open
            C> PASV
            S>> 227 ok (10,0
            S[+2]>> ,2,156,64)\\r\\n
            = segments 1, announced 0
            S>> ,0
            S skip 12
            = learned_pasv 1, completed 1",
    },
    Case {
        name: "a 227 in three pieces, the last two of them first",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S[+21]>> 64)\\r\\n
            = segments 2
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 1, completed 1, segments_lost 0
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "a 227 in three pieces, backwards",
        trace: "
            open
            C> PASV
            S[+21]>> 64)\\r\\n
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "a 229 behind a hole",
        trace: "
            open
            C> EPSV
            S[+8]>> 229 ok (|||40000|)\\r\\n
            S> 200 ok
            S skip 20
            = learned_epsv 1, completed 1
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "a PORT behind a gap stands until the server connects to it",
        trace: "
            open
            C[+6]>> PORT 10,0,0,1,156,64\\r\\n
            C> NOOP
            C skip 22
            = completed 1, proposed 1, learned_port 0
            S> 200 ok
            S> 200 ok
            connect s:20 > c:40000 is active
            = learned_port 1, connected 1
            close s:20 > c:40000 is active
            wait 3
            = removed_closed 1",
    },
    Case {
        name: "an EPRT behind a hole that names another host",
        trace: "
            open
            C[+6]>> EPRT |1|10.0.0.9|40000|\\r\\n
            C> NOOP
            C skip 25
            = completed 0, rejected_foreign_address 1",
    },
    Case {
        name: "a 227 behind a hole that nobody asked for",
        trace: "
            open
            C> NOOP
            S[+8]>> 227 ok (10,0,0,2,156,64)\\r\\n
            S> 200 ok
            S skip 26
            = completed 0, rejected_unsolicited 1",
    },
    Case {
        name: "a 227 behind a hole with a port of the system's",
        trace: "
            open
            C> PASV
            S[+9]>> 227 ok (10,0,0,2,0,22)\\r\\n
            S> 200 ok?
            S skip 24
            = completed 0, rejected_reserved_port 1",
    },
    Case {
        name: "PASV is passed over, and its 227 comes in order",
        trace: "
            open
            C[+6]>> PASV\\r\\n
            C> NOOP
            C skip 6
            S> 200 ok
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, completed 0, announced 1
            connect c:50000 > s:40000 is passive",
    },
];

#[test]
fn out_of_order() {
    check(CASES);
}
