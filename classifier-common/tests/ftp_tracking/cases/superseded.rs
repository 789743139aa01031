//! Announcements that replace one another, and what one of them is for.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a new announcement replaces one that nobody used",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 2, removed_replaced 1, live 1
            dial c:50000 > s:40000 is other
            dial c:50000 > s:40001 is passive announced",
    },
    Case {
        name: "a new announcement leaves one in use alone",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            dial c:50000 > s:40000 is passive announced
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 2, live 2
            more c:50000 > s:40000 is passive announced
            dial c:50001 > s:40001 is passive announced",
    },
    Case {
        name: "PORT replaces an unused 227, and an unused PORT is replaced by a 229",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C> PORT 10,0,0,1,156,65
            = learned_pasv 1, removed_replaced 1, proposed 1
            S> 200 ok
            C> EPSV
            S> 229 ok (|||40002|)
            = learned_port 1, learned_epsv 1, removed_replaced 2, live 1
            dial s:20 > c:40001 is active port20
            dial c:50000 > s:40000 is other
            dial c:50000 > s:40002 is passive announced",
    },
    Case {
        name: "a proposal that was never confirmed is replaced, and was never learned",
        trace: "
            open
            C> PORT 10,0,0,1,156,64
            C> PASV
            S> 200 ok
            S> 227 ok (10,0,0,2,156,65)
            = learned_port 1, learned_pasv 1, removed_replaced 1, live 1",
    },
    Case {
        name: "one announcement, one connection",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            dial c:50001 > s:40000 is other
            close c:50000 > s:40000 is passive announced
            dial c:50002 > s:40000 is other
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "the same port announced again is for the next connection",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            dial c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 2
            more c:50000 > s:40000 is passive announced
            dial c:50001 > s:40000 is passive announced
            close c:50001 > s:40000 is passive announced
            dial c:50002 > s:40000 is other",
    },
    Case {
        name: "the same port announced again, and dialled from the same port",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            dial c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 2, live 1
            dial c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "the same announcement again, before anybody dialled, is one",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1, live 1
            dial c:50000 > s:40000 is passive announced
            dial c:50001 > s:40000 is other",
    },
    Case {
        name: "another session may announce the same port, for itself",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            on c:49153 > s:21
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 2, live 2, sessions 2
            dial c:50000 > s:40000 is passive announced
            dial c:50001 > s:40000 is passive announced
            dial c:50002 > s:40000 is other",
    },
    Case {
        name: "two clients may be told the same port",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            on x:49152 > s:21
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 2
            dial c:50000 > s:40000 is passive announced
            dial x:50000 > s:40000 is passive announced
            dial y:50000 > s:40000 is other",
    },
    Case {
        name: "in block mode several files go over one connection",
        trace: "
            open
            C>> MODE B\\r\\nPASV\\r\\n
            S>> 200 ok\\r\\n227 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            C> RETR a
            S>> 150 here\\r\\n250 done\\r\\n
            C> RETR b
            more c:50000 > s:40000 is passive announced
            S>> 150 here\\r\\n250 done\\r\\n
            close c:50000 > s:40000 is passive announced",
    },
];

#[test]
fn superseded() {
    check(CASES);
}
