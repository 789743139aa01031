//! Floods, garbage and noise.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "binary noise in a session, and it goes on",
        trace: "
            whole
            open
            C>> \\xff\\xfa\\x01\\x80\\x81\\xfe\\xff\\xff\\0\\0\\0\\x1f\\x8b\\x7f
            S>> \\x80\\x81\\xff\\xfb\\x90\\x91\\0\\x01\\x02\\xff\\xfa\\xff\\xff
            S>> \\xff\\xf0\\n
            C>> \\xff\\xf0\\n
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a flood that is handed over is bounded by its source's rate",
        trace: "
            once
            whole
            policy 3
            open
            S[+1000]>> a
            S[+2000]>> a
            S[+3000]>> a
            S[+4000]>> a
            S[+5000]>> a
            = segments 3, rejected_rate_limited 2
            wait 2
            S[+6000]>> a
            = segments 4
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "what was not handed over for its rate is not passed over",
        trace: "
            once
            whole
            policy 0
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            = rejected_rate_limited 1, segments 0
            S>> 227 ok (10,0,0,2,
            S>> 156,64)\\r\\n
            = learned_pasv 1, jump 0",
    },
    Case {
        name: "SYNs alone cost nothing",
        trace: "
            once
            C syn
            C syn
            on c:49153 > s:21
            C syn
            on c:49154 > s:21
            C syn
            = sessions 0",
    },
    Case {
        name: "announcements in other services' connections are theirs",
        trace: "
            c:50000 > s:8021 SYN is other
            s:8021 > c:50000 SYN ACK is other
            on c:49152 > s:8021
            = sessions 0
            dial c:50001 > s:40000 is other",
    },
    Case {
        name: "blank lines, and lines of nothing but blanks",
        trace: "
            open
            C>> \\r\\n \\t\\r\\n\\n\\nPASV\\r\\n
            S>> \\r\\n\\n\\r\\n227 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 1",
    },
    Case {
        name: "a file name that looks like a command is an argument",
        trace: "
            open
            C> STOR PASV
            S> 227 ok (10,0,0,2,156,64)
            C> STOR PORT 10,0,0,1,156,64
            S> 150 227 ok (10,0,0,2,156,64)
            S> 550 227 ok (10,0,0,2,156,64)
            = rejected_unsolicited 1, live 0, proposed 0",
    },
];

#[test]
fn hostile() {
    check(CASES);
}
