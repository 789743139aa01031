//! What the lines may look like, from a segment to an endpoint: the grammar's own cases stand with it.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "lines that end with a line feed alone, in any case",
        trace: "
            open
            C>> pAsV\\n
            S>> 227 ok 10,0,0,2,156,64\\n
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 of several lines is learned with its last",
        trace: "
            open
            C> PASV
            S> 227-Entering Passive Mode
            S> 226 this is text
            S> 227-(10,0,0,2,156,64)
            = live 0
            S> 227 end
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 within another reply is text",
        trace: "
            open
            C>> USER a\\r\\nPASV\\r\\n
            S> 230-welcome
            S> 227 ok (10,0,0,2,156,64)
            S>> 230 go\\r\\n
            = live 0
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 1
            dial c:50001 > s:40001 is passive announced",
    },
    Case {
        name: "several lines in a segment, and a line in several",
        trace: "
            open
            C>> USER a\\r\\nPASS b\\r\\nEP
            C>> SV\\r\\nRETR c\\r\\n
            S>> 220 x\\r\\n331 x\\r\\n230-x\\r\\n x\\r\\n230 x\\r\\n229 x (|
            S>> ||40000|)\\r\\n150 x\\r\\n
            = learned_epsv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "Telnet's commands among the bytes",
        trace: "
            open
            C>> \\xff\\xf4\\xff\\xf2PA\\xff\\xfb\\x03SV\\r\\n
            S>> 227 ok (10,0,\\xff\\xfe\\x010,2,156,64)\\r\\n
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "an overlong line announces nothing",
        trace: "
            whole
            open
            C> PASV
            S>> 227 \\*300
            S>> \\*300 (10,0,0,2,156,64)\\r\\n
            = rejected_malformed 1, live 0
            C> NOOP
            S> 200 ok
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 1",
    },
    Case {
        name: "an overlong PORT",
        trace: "
            whole
            open
            C>> PORT \\*300
            C>> \\*300 10,0,0,1,156,64\\r\\n
            S> 200 ok
            = rejected_malformed 1, proposed 0",
    },
    Case {
        name: "numbers out of range",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,256,156,64)
            C> EPSV
            S> 229 ok (|||65536|)
            C> PORT 10,0,0,1,256,0
            S> 501 no
            C> EPRT |1|10.0.0.1|65536|
            S> 501 no
            C> EPRT |3|10.0.0.1|40000|
            S> 522 no
            = rejected_malformed 5, live 0, proposed 0
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "a malformed 227 answers the PASV, and not what was asked before it",
        trace: "
            open
            C> PASV
            S> 227 somewhere
            S> 227 ok (10,0,0,2,156,64)
            = rejected_malformed 1, rejected_unsolicited 1, live 0",
    },
    Case {
        name: "a malformed 227 that nobody asked for does not answer a later PASV",
        trace: "
            open
            C>> CWD a\\r\\nEPSV\\r\\n
            S> 227 somewhere
            S> 229 ok (|||40000|)
            = rejected_malformed 1, learned_epsv 1",
    },
];

#[test]
fn lines() {
    check(CASES);
}
