//! Control connections under TLS, and what is inferred from them.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "AUTH TLS and 234: a connection to a high port of the server is inferred",
        trace: "
            open
            S> 220 ready
            C> AUTH TLS
            dial c:49999 > s:39999 is other
            S> 234 go
            = encrypted 1
            dial c:50000 > s:40000 is passive inferred
            close c:50000 > s:40000 is passive inferred
            dial c:50001 > s:40000 is passive inferred
            = learned_inferred 2",
    },
    Case {
        name: "from port 20 to a high port of the client",
        trace: "
            open
            C> AUTH TLS
            S> 234 go
            dial s:20 > c:40000 is active inferred
            = learned_inferred 1
            dial s:2000 > c:40001 is other",
    },
    Case {
        name: "in IPv6",
        trace: "
            family 6
            open
            C> AUTH SSL
            S> 234 go
            dial c:50000 > s:40000 is passive inferred
            dial s:20 > c:40000 is active inferred
            = learned_inferred 2",
    },
    Case {
        name: "not between other hosts, nor to ports below 1024, nor to those of the table",
        trace: "
            protocol 30000
            open
            C> AUTH TLS
            S> 234 go
            dial x:50000 > s:40000 is other
            dial c:50000 > y:40000 is other
            dial s:50000 > c:40000 is other
            dial c:50000 > s:443 is other
            dial c:50000 > s:1023 is other
            c:50000 > s:30000 SYN is known
            s:20 > c:1023 SYN is ftp_data_active from_server port20
            s:20 > x:40000 SYN is ftp_data_active from_server port20
            c:50000 > s:20 SYN is ftp_data_active to_server port20
            dial c:50000 > s:1024 is passive inferred
            = learned_inferred 1",
    },
    Case {
        name: "a connection that was there before is not inferred",
        trace: "
            dial c:50000 > s:40000 is other
            open
            C> AUTH TLS
            S> 234 go
            more c:50000 > s:40000 is other
            close c:50000 > s:40000 is other",
    },
    Case {
        name: "234 without AUTH TLS, and AUTH TLS without 234",
        trace: "
            open
            C> NOOP
            S> 234 go
            = encrypted 0
            C> AUTH TLS
            S> 534 no
            = encrypted 0
            C> AUTH GSSAPI
            S> 234 go
            = encrypted 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "it can be turned off",
        trace: "
            policy no_infer
            open
            C> AUTH TLS
            S> 234 go
            = encrypted 1
            dial c:50000 > s:40000 is other
            s:20 > c:40000 SYN is ftp_data_active from_server port20",
    },
    Case {
        name: "the session ends: nothing more is inferred, what is open goes on",
        trace: "
            open
            C> AUTH TLS
            S> 234 go
            = encrypted 1
            dial c:50000 > s:40000 is passive inferred
            C fin
            S fin
            = encrypted 0, sessions 0, learned_inferred 1
            dial c:50001 > s:40001 is other
            more c:50000 > s:40000 is passive inferred",
    },
    Case {
        name: "of two encrypted sessions one ends",
        trace: "
            open
            C> AUTH TLS
            S> 234 go
            on c:49153 > s:21
            open
            C> AUTH TLS
            S> 234 go
            C rst
            = encrypted 1
            dial c:50001 > s:40001 is passive inferred
            = learned_inferred 1",
    },
    Case {
        name: "implicit TLS on 990, which the port table has",
        trace: "
            whole
            control 990
            on c:49152 > s:990
            open
            C>> \\x16\\x03\\x01\\x02\\0\\x01
            = encrypted 1
            S>> \\x16\\x03\\x03\\x02\\0\\x01 227 ok (10,0,0,2,156,64)\\r\\n
            dial c:50000 > s:40000 is passive inferred
            = learned_inferred 1",
    },
    Case {
        name: "on 990, which it has not, nothing is looked into",
        trace: "
            c:49152 > s:990 SYN is other
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "what is under TLS is not parsed, whatever it looks like",
        trace: "
            whole
            open
            C> AUTH TLS
            S> 234 go
            S>> \\x17\\x03\\x03\\0\\x20\\r\\n227 ok (10,0,0,2,156,64)\\r\\n
            C>> \\x17\\x03\\x03\\0\\x20\\r\\nPORT 10,0,0,1,156,64\\r\\n
            = encrypted 1, live 0, proposed 0",
    },
    Case {
        name: "CCC: back to clear text, announcements are read again",
        trace: "
            whole
            open
            C> AUTH TLS
            S> 234 go
            C>> \\x16\\x03\\x01\\x02\\0\\x01
            S>> \\x16\\x03\\x03\\x02\\0\\x01
            C>> \\x17\\x03\\x03\\0\\x20CCC.
            S>> \\x17\\x03\\x03\\0\\x20200.
            C>> \\x15\\x03\\x03\\0\\x02\\x01\\0
            = encrypted 1
            C> PASV
            = encrypted 0
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            dial c:50001 > s:40001 is other",
    },
    Case {
        name: "TLS out of order and repeated",
        trace: "
            once
            whole
            open
            C> AUTH TLS
            S> 234 go
            C[+6]>> \\x17\\x03\\x03\\0\\x20x
            C>> \\x16\\x03\\x01\\x02\\0\\x01
            C skip 6
            C[-6]>> \\x17\\x03\\x03\\0\\x20x
            S>> \\x16\\x03\\x03\\x02\\0\\x01
            = encrypted 1, segments 0
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "what was announced before TLS stands",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C> AUTH TLS
            S> 234 go
            = learned_pasv 1, live 1
            dial c:50000 > s:40000 is passive announced",
    },
];

#[test]
fn encrypted() {
    check(CASES);
}
