//! What is out of order, not seen at all, or longer than a packet reads.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "out of order: the later part is handed over, and passed over once the hole is filled",
        trace: "
            whole
            open
            C> PASV
            S[+17]>> 156,64)\\r\\n
            = segments 1, jump 0
            S>> 227 ok (10,0,0,2,
            S skip 9
            = jump 9, live 0
            C> NOOP",
    },
    Case {
        name: "the lines behind what was passed over are heard, where it ended with a line",
        trace: "
            once
            open
            C> NOOP
            S[+4]>> ok\\r\\n
            S>> 200\\x20
            S skip 4
            = segments 1, jump 4
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "commands out of order: what the server then announces is believed",
        trace: "
            once
            open
            C[+6]>> EPSV\\r\\n
            C>> NOOP\\r\\n
            C skip 6
            = segments 1, jump 6
            S> 200 ok
            S> 229 ok (|||40000|)
            = learned_epsv 1
            S> 229 ok (|||40001|)
            = rejected_unsolicited 1",
    },
    Case {
        name: "bytes that no hook saw and the other side has",
        trace: "
            open
            C> NOOP
            unseen S> 200 ok
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = unseen_bytes 8, live 0
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 1",
    },
    Case {
        name: "a PASV that no hook saw",
        trace: "
            open
            C> NOOP
            S> 200 ok
            unseen C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = rejected_unsolicited 1, live 0
            C> NOOP
            = unseen_bytes 6",
    },
    Case {
        name: "a segment of more than a packet reads is handed over from there on",
        trace: "
            whole
            open
            C> HELP
            S>> 214-\\*600\\r\\n214 done\\r\\n
            = jump 104
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, segments 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "what its source's rate keeps from being handed over is not passed over to others",
        trace: "
            whole
            once
            policy 0
            open
            C> HELP
            S>> 214-\\*600\\r\\n214 done\\r\\n
            = segments 0, rejected_rate_limited 1, jump 0
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "the rest of a line that was passed over is handed over, though what is behind it came before",
        trace: "
            whole
            once
            open
            C> PASV
            S[+17]>> 156,
            S>> 227 ok (10,0,0,2,
            S skip 4
            = segments 1, jump 4
            S[+1]>> 4)\\r\\n
            S>> 6
            S skip 4
            = segments 3, jump 8
            C> NOOP",
    },
    Case {
        name: "a line behind bytes that no hook saw, where those between them ended one",
        trace: "
            whole
            once
            open
            C> NOOP
            S skip 4
            S>> ok\\r\\n
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = segments 1, unseen_bytes 4, jump 8, learned_pasv 1",
    },
    Case {
        name: "a long segment that reaches past what was handed over before",
        trace: "
            whole
            once
            open
            C> HELP
            S[+505]>> \\*30
            S>> 214-\\*600\\r\\n214 done\\r\\n
            = segments 2, jump 104
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
];

#[test]
fn out_of_order() {
    check(CASES);
}
