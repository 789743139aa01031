//! Programs on packets that are made up, by `BPF_PROG_TEST_RUN`.

mod burden;
mod contender;
mod conversation;
mod hook;
mod kinds;
mod policy;
mod rounds;
mod runner;
mod stream;
mod subject;
mod timing;

pub use self::{
    burden::{Burden, LEAST},
    contender::Contender,
    hook::{EGRESS, Hook, INGRESS, LOOPBACK, XDP, settle},
    kinds::{Kind, all},
    rounds::compare,
    stream::Stream,
    subject::Subject,
};

/// Of all that is made up at random.
const SEED: u64 = 4;
