//! TLS that begins and ends without FTP's words, and clear text behind it.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
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
        name: "what was asked before TLS is not answered behind it",
        trace: "
            whole
            open
            C>> AUTH TLS\\r\\nEPSV\\r\\n
            S> 234 go
            C> NOOP
            = encrypted 0
            S> 229 ok (|||40000|)
            = rejected_unsolicited 1, live 0",
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
fn clear_again() {
    check(CASES);
}
