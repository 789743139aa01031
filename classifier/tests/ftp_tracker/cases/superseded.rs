// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announcements that a newer one of their session replaces, learned by program or agent.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "the agent's gives way to the program's",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = completed 1, announced 1
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 2, removed_replaced 1, announced 1, port 40000 0, port 40001 1
            connect c:50000 > s:40000 is other
            connect c:50001 > s:40001 is passive",
    },
    Case {
        name: "the program's gives way to the agent's",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 2, completed 1, removed_replaced 1, announced 1
            connect c:50001 > s:40001 is other
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "the agent's gives way to the agent's",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            C> PASV
            S[+17]>> 156,65)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 2, completed 2, removed_replaced 1, announced 1
            connect c:50000 > s:40000 is other
            connect c:50001 > s:40001 is passive",
    },
    Case {
        name: "one that is used does not",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            connect c:50000 > s:40000 is passive
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = removed_replaced 0, announced 1, connected 1",
    },
    Case {
        name: "two of one jump: the later stands",
        trace: "
            open
            C> PASV
            C> PASV
            S[+1]>> 27 ok (10,0,0,2,156,64)\\r\\n227 ok (10,0,0,2,156,65)\\r\\n
            S>> 2
            S skip 51
            = completed 2, removed_replaced 1, announced 1
            connect c:50000 > s:40000 is other
            connect c:50001 > s:40001 is passive",
    },
    Case {
        name: "the same again takes no second place",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, announced 1, removed_replaced 0
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "another session's stands beside it",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            on c:49153 > s:21
            open
            C> PASV
            S[+17]>> 156,65)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            on c:49152 > s:21
            S>> 227 ok (10,0,0,2,
            S skip 9
            = completed 2, announced 2, removed_replaced 0
            connect c:50000 > s:40000 is passive
            connect c:50001 > s:40001 is passive",
    },
];

#[test]
fn superseded() {
    check(CASES);
}
