// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bytes that never arrive.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a piece that no hook has seen is waited for, and given up",
        trace: "
            open
            C> PASV
            S skip 17
            S>> 156,64)\\r\\n
            C> NOOP
            S> 200 ok
            = segments 1, completed 0, idle 0, segments_lost 0
            wait 29
            = idle 0, segments_lost 0
            wait 2
            = idle 1, segments_lost 1, completed 0
            wait 100
            = segments_lost 1",
    },
    Case {
        name: "other bytes that come meanwhile do not make it wait for longer",
        trace: "
            open
            C> PASV
            S skip 17
            S>> 156,64)\\r\\n
            C> NOOP
            S> 200 ok
            wait 20
            S[+8]>> ok\\r\\n
            S>> 200 so
            wait 11
            = segments_lost 1",
    },
    Case {
        name: "it is late by more than is waited for",
        trace: "
            open
            C> PASV
            S skip 17
            S>> 156,64)\\r\\n
            C> NOOP
            S> 200 ok
            wait 31
            S[-34]>> 227 ok (10,0,0,2,
            = completed 0, segments_lost 1",
    },
    Case {
        name: "what comes behind a hole that was given up is heard, where it begins a line",
        trace: "
            open
            C> PASV
            S skip 4
            S>> ok\\r\\n
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = segments 1, learned_pasv 1, completed 0",
    },
    Case {
        name: "a handed segment that was lost on the way",
        trace: "
            open
            C> PASV
            hold
            S[+17]>> 156,
            lose
            S[+21]>> 64)\\r\\n
            S>> 227 ok (10,0,0,2,
            S skip 9
            = segments 2, completed 0, idle 0
            wait 31
            = segments_lost 1, idle 1",
    },
    Case {
        name: "a line under way when nothing more is said is no loss",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 4
            = idle 0
            wait 31
            = segments_lost 0, idle 1",
    },
    Case {
        name: "what is behind a hole that is never filled is forgotten",
        trace: "
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            = idle 0
            wait 31
            = segments_lost 0, idle 1",
    },
    Case {
        name: "the session ends before what is missing comes",
        trace: "
            open
            C> PASV
            S skip 17
            S>> 156,64)\\r\\n
            C> NOOP
            S> 200 ok
            = idle 0
            C rst
            = segments_lost 1
            S[-34]>> 227 ok (10,0,0,2,
            = completed 0, announced 0
            wait 61
            = idle 1, forgotten 1, segments_lost 1",
    },
];

#[test]
fn given_up() {
    check(CASES);
}
