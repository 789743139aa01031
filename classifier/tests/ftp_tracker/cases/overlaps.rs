// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bytes that are forwarded repeatedly, and in another order than the jumps.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a segment behind a hole comes twice",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S[+17]>> 156,64)\\r\\n
            = segments 2
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 1, completed 1, segments_lost 0
            S[-9]>> 156,64)\\r\\n
            = learned_pasv 1, completed 1",
    },
    Case {
        name: "segments behind a hole overlap",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S[+15]>> 2,156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = learned_pasv 1, completed 1",
    },
    Case {
        name: "the segment that fills the hole overlaps what is behind it",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,15
            S skip 7
            = learned_pasv 1, completed 1",
    },
    Case {
        name: "all of it comes once more",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            S[-26]>> 227 ok (10,0,0,2,156,64)\\r\\n
            S[-26]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 1, completed 1, rejected_unsolicited 0
            wait 31
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "once more, after the program has learned another",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            S[-52]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 2, removed_replaced 1, announced 1
            connect c:50000 > s:40000 is other
            connect c:50000 > s:40001 is passive",
    },
    Case {
        name: "the jump is read before the segments",
        trace: "
            open
            C> PASV
            hold
            S[+17]>> 156,
            S[+21]>> 64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            release reversed
            = learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            wait 3
            = idle 1",
    },
    Case {
        name: "what the receiver has, and the hook sees late",
        trace: "
            open
            C> PASV
            S skip 26
            S>> 200 ok\\r\\n
            C> NOOP
            S> 200 ok
            = segments 1, announced 0
            S[-42]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = segments 2, learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive",
    },
];

#[test]
fn overlaps() {
    check(CASES);
}
