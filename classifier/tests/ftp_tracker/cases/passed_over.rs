// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Segments longer than the program reads of a packet, and lines that continue after skipped bytes.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a line that goes on behind what was passed over",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 4
            = segments 1, announced 0, idle 0
            S>> 64)\\r\\n
            = segments 2, learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive
            S> 226 done
            = segments 2, completed 1",
    },
    Case {
        name: "it goes on in many segments",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 4
            S>> 6
            S>> 4
            S>> )\\r
            = segments 4, announced 0
            S>> \\n
            = segments 5, learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "it goes on out of order",
        trace: "
            open
            C> PASV
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 4
            S[+1]>> 4)\\r\\n
            S>> 6
            S skip 4
            = learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive",
    },
    Case {
        name: "a 227 behind a long banner, in one segment",
        trace: "
            open
            C> PASV
            S>> 214-\\*600\\r\\n214 done\\r\\n227 ok (10,0,0,2,156,64)\\r\\n
            = segments 0, learned_pasv 1, completed 0, segments_lost 0
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            wait 3
            = idle 1",
    },
    Case {
        name: "commands far behind the start of their segment: their answers are accepted",
        trace: "
            open
            C>> NOOP \\*600\\r\\nPASV\\r\\n
            = segments 0
            S> 200 ok
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, completed 0",
    },
    Case {
        name: "a PORT behind a long command, in one segment",
        trace: "
            open
            C>> NOOP \\*600\\r\\nPORT 10,0,0,1,156,64\\r\\n
            = segments 0, completed 0, proposed 1
            S> 200 ok
            S> 200 ok
            connect s:20 > c:40000 is active
            = learned_port 1",
    },
    Case {
        name: "a 227 in the part of a very long segment behind a gap that is forwarded",
        trace: "
            open
            C> PASV
            S[+1]>> 14-\\*600\\r\\n214 done\\r\\n227 ok (10,0,0,2,156,64)\\r\\n214-\\*1600\\r\\n214 done\\r\\n
            S>> 2
            S skip 2257
            = segments 1, segments_lost 1, learned_pasv 1, completed 1
            connect c:50000 > s:40000 is passive
            close c:50000 > s:40000 is passive
            wait 31
            = segments_lost 1, idle 1",
    },
    Case {
        name: "a 227 in the part of a very long segment behind a gap that is cut off",
        trace: "
            open
            C> PASV
            S[+1]>> 14-\\*2100\\r\\n214 done\\r\\n227 ok (10,0,0,2,156,64)\\r\\n
            S>> 2
            S skip 2141
            = segments 1, segments_lost 1, completed 0
            S> 226 done
            wait 31
            = segments_lost 1, idle 1",
    },
    Case {
        name: "the program continues behind a very long segment that closed a gap",
        trace: "
            open
            C> HELP
            S[+1]>> 14-\\*2100\\r\\n214 done\\r\\n
            S>> 2
            S skip 2115
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = segments_lost 1, learned_pasv 1, completed 0",
    },
];

#[test]
fn passed_over() {
    check(CASES);
}
