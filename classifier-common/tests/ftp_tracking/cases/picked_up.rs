//! Sessions that are older than the agent.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "a command and its reply agree: the session is known",
        trace: "
            whole
            C> NOOP
            S> 200 ok
            = sessions 1
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "the first that is seen is a PASV: its 227 is believed",
        trace: "
            whole
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            S> 227 ok (10,0,0,2,156,65)
            = rejected_unsolicited 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "keep-alives of an idle session do not hinder",
        trace: "
            whole
            C[-1] ack
            S ack
            C[-1] ack
            S ack
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "a FIN begins no session",
        trace: "
            whole
            C fin
            S fin
            C ack
            = sessions 0",
    },
    Case {
        name: "two sides that do not agree are no session",
        trace: "
            whole
            C> NOOP
            S[+100, ack +1]>> 200 ok\\r\\n
            C[+50]>> NOOP\\r\\n
            S[+0, ack -3]>> 200 ok\\r\\n
            = sessions 0",
    },
    Case {
        name: "the middle of a line is none",
        trace: "
            whole
            C>> O a\\r\\n
            S>> ode (10,0,0,2,156,64)\\r\\n
            = sessions 1, live 0
            C> PASV
            S> 227 ok (10,0,0,2,156,65)
            = learned_pasv 1",
    },
    Case {
        name: "under TLS since before: any record says so",
        trace: "
            whole
            C>> \\x17\\x03\\x03\\0\\x20x
            S>> \\x17\\x03\\x03\\0\\x20x
            C>> \\x17\\x03\\x03\\0\\x20x
            = sessions 1, encrypted 1, learned_inferred 0
            dial c:50000 > s:40000 is passive inferred
            = learned_inferred 1",
    },
    Case {
        name: "what looks like a record in a session that was heard from its start is none",
        trace: "
            whole
            open
            C>> \\x17\\x03\\x03\\0\\x20x\\r\\n
            S>> \\x16\\x03\\x03\\0\\x20x\\r\\n
            = sessions 1, encrypted 0
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
];

#[test]
fn picked_up() {
    check(CASES);
}
