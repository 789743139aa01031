//! 227, 228 and 229, asked for and not.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a 227 after PASV is for the connection that dials it, from its SYN on",
        trace: "
            open
            S> 220 ready
            C> PASV
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = learned_pasv 1, live 1
            c:50000 > s:40000 SYN is ftp_data_passive to_server announced
            s:40000 > c:50000 SYN ACK is ftp_data_passive from_server announced
            more c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced
            = live 0, closed 1, sessions 1",
    },
    Case {
        name: "a 229 after EPSV",
        trace: "
            open
            C> EPSV
            S> 229 Entering Extended Passive Mode (|||40000|)
            = learned_epsv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 229 after EPSV in IPv6",
        trace: "
            family 6
            open
            C> EPSV 2
            S> 229 Entering Extended Passive Mode (|||40000|)
            = learned_epsv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 228 after LPSV, which counts with EPSV's",
        trace: "
            open
            C> LPSV
            S> 228 Entering Long Passive Mode (4,4,10,0,0,2,2,156,64)
            = learned_epsv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 228 in IPv6",
        trace: "
            family 6
            open
            C> LPSV
            S> 228 Entering Long Passive Mode (6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,2,2,156,64)
            = learned_epsv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 that nobody asked for",
        trace: "
            open
            C> NOOP
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = rejected_unsolicited 1, live 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a 229 that answers PASV",
        trace: "
            open
            C> PASV
            S> 229 Entering Extended Passive Mode (|||40000|)
            = rejected_unsolicited 1
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a 227 that answers EPSV",
        trace: "
            open
            C> EPSV
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = rejected_unsolicited 1
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a second 227 to one PASV",
        trace: "
            open
            C> PASV
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            S> 227 Entering Passive Mode (10,0,0,2,156,65)
            = learned_pasv 1, rejected_unsolicited 1
            dial c:50001 > s:40001 is other
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 from the client's side is no reply",
        trace: "
            open
            C> PASV
            C> 227 Entering Passive Mode (10,0,0,1,156,64)
            = live 0
            dial s:50000 > c:40000 is other
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "EPSV ALL asks for no 229",
        trace: "
            open
            C> EPSV ALL
            S> 229 Entering Extended Passive Mode (|||40000|)
            = rejected_unsolicited 1",
    },
    Case {
        name: "a PASV that is refused does not let a later 227 pass",
        trace: "
            open
            C> PASV
            S> 502 not implemented
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = rejected_unsolicited 1",
    },
    Case {
        name: "the replies of what was asked before may come between",
        trace: "
            open
            C> RETR a
            S> 150 here it comes
            C> PASV
            S> 226 done
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "pipelined commands are answered in their order",
        trace: "
            open
            C>> CWD a\\r\\nTYPE I\\r\\nEPSV\\r\\nPASV\\r\\nRETR b\\r\\n
            S>> 250 ok\\r\\n200 ok\\r\\n229 ok (|||40000|)\\r\\n227 ok (10,0,0,2,156,65)\\r\\n
            = learned_epsv 1, learned_pasv 1, removed_replaced 1, live 1
            dial c:50001 > s:40001 is passive announced",
    },
    Case {
        name: "twenty pipelined commands before a PASV do not hide it",
        trace: "
            open
            C>> CWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\n
            C>> CWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\nCWD a\\r\\n
            C> PASV
            S>> 250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n
            S>> 250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n250 a\\r\\n
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
];

#[test]
fn passive() {
    check(CASES);
}
