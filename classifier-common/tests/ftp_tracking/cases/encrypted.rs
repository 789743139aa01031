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
];

#[test]
fn encrypted() {
    check(CASES);
}
