//! Addresses and ports that are announced, and are another's.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a 227 names another address: the server's counts, as clients have it",
        trace: "
            open
            C> PASV
            S> 227 Entering Passive Mode (192,168,0,9,156,64)
            = learned_pasv 1, address_mismatch 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "a 227 names no address of its family",
        trace: "
            family 6
            open
            C> PASV
            S> 227 Entering Passive Mode (10,0,0,2,156,64)
            = rejected_malformed 1, live 0
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "PORT names another host",
        trace: "
            open
            C> PORT 10,0,0,3,156,64
            S> 200 ok
            = rejected_foreign_address 1, live 0, proposed 0
            dial s:2000 > x:40000 is other",
    },
    Case {
        name: "PORT names another host, and may",
        trace: "
            policy allow_foreign
            open
            C> PORT 10,0,0,3,156,64
            S> 200 ok
            = learned_port 1
            dial s:2000 > c:40000 is other
            dial s:2000 > x:40000 is active announced",
    },
    Case {
        name: "EPRT names another host",
        trace: "
            family 6
            open
            C> EPRT |2|2001:db8::3|40000|
            S> 200 ok
            = rejected_foreign_address 1
            dial s:2000 > x:40000 is other",
    },
    Case {
        name: "EPRT names an address of the other family",
        trace: "
            family 6
            policy allow_foreign
            open
            C> EPRT |1|10.0.0.1|40000|
            S> 200 ok
            = rejected_malformed 1, live 0",
    },
    Case {
        name: "PORT over IPv6 names an address of IPv4",
        trace: "
            family 6
            open
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = rejected_malformed 1",
    },
    Case {
        name: "ports below 1024 are not learned, 1024 is",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,3,255)
            C> EPSV
            S> 229 ok (|||80|)
            C> PORT 10,0,0,1,0,22
            S> 200 ok
            C> EPRT |1|10.0.0.1|443|
            S> 200 ok
            = rejected_reserved_port 4, live 0, proposed 0
            dial c:50000 > s:1023 is other
            C> PASV
            S> 227 ok (10,0,0,2,4,0)
            = learned_pasv 1
            dial c:50001 > s:1024 is passive announced",
    },
    Case {
        name: "mail's ports are mail's",
        trace: "
            open
            C>> EPSV\\r\\nEPSV\\r\\nEPSV\\r\\nEPSV\\r\\nEPSV\\r\\n
            S>> 229 ok (|||21|)\\r\\n229 ok (|||25|)\\r\\n229 ok (|||110|)\\r\\n229 ok (|||143|)\\r\\n229 ok (|||20|)\\r\\n
            = rejected_reserved_port 5, live 0
            c:50000 > s:25 SYN is known
            s:25 > c:50000 SYN ACK is known",
    },
    Case {
        name: "a configured port is its protocol's",
        trace: "
            protocol 40000
            open
            C> EPSV
            S> 229 ok (|||40000|)
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = rejected_reserved_port 2, live 0
            c:50000 > s:40000 SYN is known",
    },
    Case {
        name: "a learned port does not beat a configured one at the other end",
        trace: "
            protocol 50000
            open
            C> EPSV
            S> 229 ok (|||40000|)
            = learned_epsv 1
            c:50000 > s:40000 SYN is known",
    },
    Case {
        name: "port 0 is no port",
        trace: "
            open
            C> EPSV
            S> 229 ok (|||0|)
            C> PASV
            S> 227 ok (10,0,0,2,0,0)
            C> PORT 10,0,0,1,0,0
            S> 501 no
            = rejected_malformed 3, live 0",
    },
    Case {
        name: "another client's connection to the announced port is not meant",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial x:50000 > s:40000 is other
            dial c:50000 > s:40000 is passive announced
            more x:50000 > s:40000 is other",
    },
    Case {
        name: "the announced port of another server is not meant",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > y:40000 is other
            dial s:50000 > c:40000 is other",
    },
];

#[test]
fn announced_elsewhere() {
    check(CASES);
}
