//! PORT, EPRT and LPRT, confirmed and refused.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "PORT, confirmed by the server's 200",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            = proposed 1, live 0
            S> 200 PORT command successful
            = learned_port 1, proposed 0, live 1
            s:20 > c:40000 SYN is ftp_data_active from_server announced
            c:40000 > s:20 SYN ACK is ftp_data_active to_server announced
            more s:20 > c:40000 is active announced
            close s:20 > c:40000 is active announced",
    },
    Case {
        name: "PORT, confirmed by the server's dialling it before it answers",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            dial s:20 > c:40000 is active announced
            = learned_port 1, live 1, proposed 0
            S> 200 PORT command successful
            = learned_port 1
            more s:20 > c:40000 is active announced",
    },
    Case {
        name: "PORT, refused",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            S> 500 Illegal PORT command
            = rejected_refused 1, proposed 0, live 0
            dial s:2000 > c:40000 is other",
    },
    Case {
        name: "the server dials from another port than 20",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = learned_port 1
            dial s:33333 > c:40000 is active announced",
    },
    Case {
        name: "port 20 without an announcement is known by its number",
        trace: "
            open
            c:40000 > s:20 SYN ACK is ftp_data_active to_server port20
            s:20 > c:40000 SYN is ftp_data_active from_server port20",
    },
    Case {
        name: "EPRT in IPv6",
        trace: "
            family 6
            open
            C> EPRT |2|2001:db8::1|40000|
            S> 200 ok
            = learned_eprt 1
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "EPRT in IPv4",
        trace: "
            open
            C> EPRT |1|10.0.0.1|40000|
            S> 200 ok
            = learned_eprt 1
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "LPRT, which counts with EPRT's",
        trace: "
            open
            C> LPRT 4,4,10,0,0,1,2,156,64
            S> 200 ok
            = learned_eprt 1
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "LPRT in IPv6",
        trace: "
            family 6
            open
            C> LPRT 6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,156,64
            S> 200 ok
            = learned_eprt 1
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "a client dials what it has announced itself: not meant",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = learned_port 1
            dial c:2000 > s:40000 is other
            dial x:2000 > c:40000 is other
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "the 200 of another command does not confirm",
        trace: "
            open
            C>> TYPE I\\r\\nPORT 10,0,0,1,156,64\\r\\n
            S> 200 type
            = proposed 1, live 0
            S> 501 no
            = proposed 0, rejected_refused 1",
    },
    Case {
        name: "the greeting does not answer a command that did not wait for it",
        trace: "
            open
            C>> TYPE I\\r\\nPORT 10,0,0,1,156,64\\r\\n
            S> 220 ready
            S> 200 type
            = proposed 1
            S> 501 no
            = proposed 0, rejected_refused 1",
    },
    Case {
        name: "of two proposals under way the first is refused: the second stands",
        trace: "
            open
            C>> PORT 10,0,0,1,156,64\\r\\nPORT 10,0,0,1,156,65\\r\\n
            = proposed 1
            S> 501 no
            = rejected_refused 1, proposed 1
            S> 200 ok
            = learned_port 1, live 1
            dial s:2000 > c:40000 is other
            dial s:2000 > c:40001 is active announced",
    },
    Case {
        name: "of two proposals under way the second is refused",
        trace: "
            open
            C>> PORT 10,0,0,1,156,64\\r\\nPORT 10,0,0,1,156,65\\r\\n
            S> 200 ok
            = live 0, proposed 1
            S> 501 no
            = rejected_refused 1, proposed 0
            dial s:2000 > c:40001 is other",
    },
    Case {
        name: "a proposal that breaks the rules does not take the answer to one that does not",
        trace: "
            open
            C>> PORT 10,0,0,1,156,64\\r\\nPORT 10,0,0,9,156,65\\r\\n
            S> 200 ok
            = learned_port 1, rejected_foreign_address 1
            S> 501 no
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "a preliminary reply does not confirm",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            S> 125 wait
            = proposed 1, live 0",
    },
    Case {
        name: "an unanswered proposal that is dialled and closed is over",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            dial s:2000 > c:40000 is active announced
            close s:2000 > c:40000 is active announced
            S> 200 ok
            S> 226 done
            = learned_port 1, live 0, closed 1
            dial s:2001 > c:40000 is other",
    },
];

#[test]
fn active() {
    check(CASES);
}
