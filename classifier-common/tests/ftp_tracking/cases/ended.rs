//! Control connections that end.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "the session ends: an unused announcement is withdrawn",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, live 1
            C fin
            = live 1, sessions 1
            S fin
            = removed_withdrawn 1, live 0, sessions 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "the session ends: an unconfirmed proposal goes too",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            = proposed 1
            C rst
            = proposed 0, sessions 0
            dial s:2000 > c:40000 is other",
    },
    Case {
        name: "the session ends: an open data connection goes on",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            dial c:50000 > s:40000 is passive announced
            S fin
            C fin
            = learned_pasv 1, live 1, sessions 0
            wait 3600
            more c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 behind the server's FIN",
        trace: "
            once
            whole
            open
            C> PASV
            S fin
            S> 227 ok (10,0,0,2,156,64)
            = rejected_not_established 1, live 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a 227 on a line that the FIN ends too",
        trace: "
            open
            C> PASV
            S>> 227 ok (10,0,0,2,156,64)\\r\\n
            S fin
            = learned_pasv 1, live 1",
    },
    Case {
        name: "a PORT behind the client's FIN",
        trace: "
            once
            whole
            open
            C fin
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = rejected_not_established 1, live 0, proposed 0",
    },
    Case {
        name: "the client has nothing more to say: the server may still answer",
        trace: "
            open
            C> PASV
            C fin
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 after both FINs",
        trace: "
            once
            whole
            open
            C> PASV
            C fin
            S fin
            S> 227 ok (10,0,0,2,156,64)
            = rejected_not_established 1, live 0, sessions 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a 227 after a reset",
        trace: "
            once
            whole
            open
            C> PASV
            C rst
            = sessions 0
            S> 227 ok (10,0,0,2,156,64)
            = rejected_not_established 1, live 0
            C> PORT 10,0,0,1,156,64
            = rejected_not_established 2, proposed 0",
    },
    Case {
        name: "what looks like a conversation after the end begins none",
        trace: "
            once
            whole
            open
            C rst
            C> NOOP
            S> 200 ok
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C> NOOP
            C> NOOP
            C> NOOP
            C> NOOP
            = rejected_not_established 1, live 0, sessions 0",
    },
    Case {
        name: "the same ports are used again",
        trace: "
            open
            C> PASV
            C fin
            S fin
            C skip 50000000
            S skip 90000000
            open
            S> 220 ready
            S> 227 ok (10,0,0,2,156,64)
            = rejected_unsolicited 1, sessions 1
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 1
            dial c:50000 > s:40001 is passive announced",
    },
    Case {
        name: "the same ports are used again, and the end was not seen",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C skip 50000000
            S skip 90000000
            C syn
            S syn ack
            = live 1, sessions 1
            C ack
            = learned_pasv 1, removed_withdrawn 1, live 0, sessions 1, sessions_opened 2
            S> 220 ready
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 2
            dial c:50000 > s:40001 is passive announced",
    },
    Case {
        name: "a reset with the number behind the FIN ends it",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C fin
            C rst
            = learned_pasv 1, removed_withdrawn 1, sessions 0",
    },
];

#[test]
fn ended() {
    check(CASES);
}
