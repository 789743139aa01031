//! How long a data connection is one.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a data connection that idles for an hour stays FTP data",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            wait 3600
            more c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "stragglers of a closed connection are still of it",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            close c:50000 > s:40000 is passive announced
            more c:50000 > s:40000 is passive announced
            s:40000 > c:50000 FIN ACK is ftp_data_passive from_server announced",
    },
    Case {
        name: "one FIN does not end it",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            dial c:50000 > s:40000 is passive announced
            c:50000 > s:40000 FIN ACK is ftp_data_passive to_server announced
            wait 3600
            s:40000 > c:50000 ACK is ftp_data_passive from_server announced
            = learned_pasv 1, live 1, closed 0",
    },
    Case {
        name: "RST ends it, and its ports are another's from then on",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced
            s:40000 > c:50000 RST is ftp_data_passive from_server announced
            more c:50000 > s:40000 is passive announced
            = live 0, closed 1
            dial c:50000 > s:40000 is other",
    },
    Case {
        name: "a refused dial ends it",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            c:50000 > s:40000 SYN is ftp_data_passive to_server announced
            s:40000 > c:50000 RST ACK is ftp_data_passive from_server announced
            = learned_pasv 1, live 0, closed 1
            dial c:50001 > s:40000 is other",
    },
    Case {
        name: "a repeated SYN is of the same connection",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            c:50000 > s:40000 SYN is ftp_data_passive to_server announced
            c:50000 > s:40000 SYN is ftp_data_passive to_server announced
            s:40000 > c:50000 SYN ACK is ftp_data_passive from_server announced
            s:40000 > c:50000 SYN ACK is ftp_data_passive from_server announced
            = live 1",
    },
    Case {
        name: "packets without a SYN before them begin nothing",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            more c:50000 > s:40000 is other
            close c:50000 > s:40000 is other
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "port 0 dials nothing",
        trace: "
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:0 > s:40000 is other
            dial c:50000 > s:40000 is passive announced
            s:40000 > c:50000 RST is ftp_data_passive from_server announced
            dial c:50000 > s:40000 is other
            more c:0 > s:40000 is other",
    },
];

#[test]
fn lifetime() {
    check(CASES);
}
