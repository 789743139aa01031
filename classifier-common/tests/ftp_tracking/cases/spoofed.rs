//! Segments of somebody who sees neither side.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a 227 out of nothing",
        trace: "
            once
            whole
            S> 227 ok (10,0,0,2,156,64)
            = rejected_not_established 1, sessions 0, live 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a PORT out of nothing, small letters or not",
        trace: "
            once
            whole
            C> PORT 10,0,0,1,156,64
            C[+90000]>> eprt |1|10.0.0.1|40000|\\r\\n
            = rejected_not_established 2, sessions 0, proposed 0
            dial s:2000 > c:40000 is other",
    },
    Case {
        name: "announcements to a host that answers nothing but resets",
        trace: "
            once
            whole
            S> 227 ok (10,0,0,2,156,64)
            C rst
            S> 227 ok (10,0,0,2,156,64)
            C rst
            S> 227 ok (10,0,0,2,156,64)
            C rst
            S> 227 ok (10,0,0,2,156,64)
            C rst
            = rejected_not_established 4, sessions 0, live 0",
    },
    Case {
        name: "a 227 far from where the server is",
        trace: "
            once
            open
            C> PASV
            S[+5000000]>> 227 ok (10,0,0,2,156,64)\\r\\n
            S[-5000000]>> 227 ok (10,0,0,2,156,65)\\r\\n
            S[+2000000000]>> 227 ok (10,0,0,2,156,66)\\r\\n
            = rejected_not_established 3, live 0
            S> 227 ok (10,0,0,2,156,67)
            = learned_pasv 1
            dial c:50000 > s:40003 is passive announced",
    },
    Case {
        name: "a 227 that acknowledges what the client never said",
        trace: "
            once
            whole
            open
            C> PASV
            S[+0, ack +9000000]>> 227 ok (10,0,0,2,156,64)\\r\\n
            S[+0, ack -9000000]>> 227 ok (10,0,0,2,156,65)\\r\\n
            = rejected_not_established 2, live 0
            S> 227 ok (10,0,0,2,156,67)
            = learned_pasv 1",
    },
    Case {
        name: "a forged acknowledgment does not make a hole one that was never seen",
        trace: "
            open
            C> PASV
            C[+0, ack +500000000] ack
            C[+7000000, ack +600] ack
            S[+100]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = live 0
            S> 227 ok (10,0,0,2,156,67)
            = learned_pasv 1, segments 1
            dial c:50000 > s:40000 is other
            dial c:50000 > s:40003 is passive announced",
    },
    Case {
        name: "resets that miss the number",
        trace: "
            open
            C> PASV
            S[+2] rst
            S[+1000] rst
            S[+65535] rst
            S[-1] rst
            C[+3] rst
            S[+3] rst ack
            S[+0, ack +7000000] rst ack
            = sessions 1
            S> 227 ok (10,0,0,2,156,64)
            C[+40000] rst
            = learned_pasv 1, live 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "FINs that miss the number",
        trace: "
            open
            C> PASV
            S[+5] fin
            C[+5] fin
            S[-5] fin
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, sessions 1, live 1",
    },
    Case {
        name: "a forged SYN-ACK does not end a session, nor what was announced",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            S[+800000000] syn ack
            S[+800000001]>> 220 hello\\r\\n
            = live 1, sessions 1
            C> NOOP
            S> 200 ok
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 2, removed_replaced 1
            dial c:50000 > s:40001 is passive announced",
    },
    Case {
        name: "a forged SYN does nothing",
        trace: "
            open
            C> PASV
            C[+800000000] syn
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, live 1, sessions 1",
    },
    Case {
        name: "the client cannot make the server's handshake",
        trace: "
            once
            whole
            C syn ack
            S ack
            S> 220 ready
            = sessions 0",
    },
];

#[test]
fn spoofed() {
    check(CASES);
}
