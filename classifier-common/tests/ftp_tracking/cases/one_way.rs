//! Only one direction is seen: what cannot be seen is not asked for.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "the server alone: a 227 without its PASV",
        trace: "
            whole
            hide C
            open
            S> 220 ready
            C> USER a
            S> 331 who?
            C> PASS b
            S> 230 welcome
            = sessions 1
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            s:40000 > c:50000 SYN ACK is ftp_data_passive from_server announced
            s:40000 > c:50000 ACK is ftp_data_passive from_server announced
            C> EPSV
            S> 229 ok (|||40001|)
            = learned_epsv 1, live 2",
    },
    Case {
        name: "the server alone: its FIN ends it",
        trace: "
            whole
            hide C
            open
            S> 220 ready
            S> 331 who?
            S> 230 welcome
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = sessions 1
            S fin
            = learned_pasv 1, removed_withdrawn 1, sessions 0",
    },
    Case {
        name: "the client alone: a PORT is confirmed by the answer to its dialling",
        trace: "
            whole
            hide S
            open
            S> 220 ready
            C> USER a
            S> 331 who?
            C> PASS b
            S> 230 welcome
            C> TYPE I
            S> 200 ok
            C> PORT 10,0,0,1,156,64
            = sessions 1, proposed 1
            c:40000 > s:2000 SYN ACK is ftp_data_active to_server announced
            c:40000 > s:2000 ACK is ftp_data_active to_server announced
            = learned_port 1",
    },
    Case {
        name: "the client alone: AUTH TLS is seen by the handshake behind it",
        trace: "
            whole
            hide S
            open
            C> USER a
            C> NOOP
            C> NOOP
            C> AUTH TLS
            S> 234 go
            = encrypted 0
            C>> \\x16\\x03\\x01\\x02\\0\\x01
            = encrypted 1, sessions 1",
    },
    Case {
        name: "the server alone: AUTH TLS is seen by its 234",
        trace: "
            whole
            hide C
            open
            S> 220 a
            S> 331 a
            S> 230 a
            C> AUTH TLS
            S> 234 go
            = encrypted 1",
    },
    Case {
        name: "the server alone: TLS is seen by its records, where its 234 came too early",
        trace: "
            whole
            hide C
            open
            S> 220 a
            C> AUTH TLS
            S> 234 go
            C>> \\x16\\x03\\x01\\x02\\0\\x01
            S>> \\x16\\x03\\x03\\x02\\0\\x01
            = encrypted 1",
    },
    Case {
        name: "the server alone: segments without payload, or that do not follow, are no conversation",
        trace: "
            whole
            hide C
            open
            S ack
            S ack
            S ack
            S ack
            S[+10000]>> 220 a\\r\\n
            S[+20000]>> 220 a\\r\\n
            S[+30000]>> 220 a\\r\\n
            S[+40000]>> 220 a\\r\\n
            = sessions 0",
    },
    Case {
        name: "the other direction is seen after all: it is asked for again",
        trace: "
            whole
            hide C
            open
            S> 220 ready
            C> USER a
            S> 331 who?
            C> PASS b
            S> 230 welcome
            show C
            C> NOOP
            S> 200 ok
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            C> NOOP
            S> 200 ok
            S> 227 ok (10,0,0,2,156,65)
            S> 227 ok (10,0,0,2,156,66)
            = rejected_unsolicited 1, learned_pasv 2, removed_replaced 1, sessions 1",
    },
];

#[test]
fn one_way() {
    check(CASES);
}
