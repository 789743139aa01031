// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every fixture through `BPF_PROG_TEST_RUN` under several policies in turn: the programs decide like the
//! userspace build.

use aya::{TestRun as _, TestRunOptions, programs::Program};
use classifier::{
    clock::now,
    config::FtpSettings,
    datapath::{Datapath, TestCounters, Tracking},
    policy::{Compiled, DryRun, RuleRows},
};
use classifier_common::{
    abi::{Direction, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP},
    classify::classify,
    counter::Counters,
    dry_run::{Decided, Facts, ROWS, source},
    fixtures,
    packet::{Frame, Link},
};
use testbed::Lab;

use crate::{as_run::as_run, scene::policy};

/// Interface of a test run: loopback of the network namespace.
const LOOPBACK: u32 = 1;

/// Policies whose rates are exhausted, without refill during the test.
const POLICIES: [&str; 4] = [
    "default = 'accept'\n",
    "default = 'drop'
     [[rule]]
     name = 'mail'
     action = 'accept'
     protocol = ['smtp', 'submission', 'pop3']
     role = 'to_server'
     direction = 'ingress'
     [[rule]]
     name = 'answers'
     action = 'accept'
     state = 'established'
     [[rule]]
     name = 'opened'
     action = 'drop'
     state = 'new'
     direction = 'egress'
     [[rule]]
     name = 'pings'
     action = 'accept'
     protocol = ['icmp', 'icmpv6']
     rate = '1/d'
     burst = 7
     [[rule]]
     name = 'rest'
     action = 'drop'
     protocol = ['udp_other', 'syslog', 'ip_other', 'non_ip']
     direction = 'ingress'\n",
    "default = 'accept'
     [[rule]]
     name = 'one'
     action = 'drop'
     from = ['192.0.2.1', '2001:db8::/127']
     protocol = ['icmp', 'icmpv6', 'udp_other']
     [[rule]]
     name = 'net'
     action = 'accept'
     from = ['192.0.2.0/24']
     rate = '1/d'
     burst = 40
     [[rule]]
     name = 'net6'
     action = 'accept'
     from = ['2001:db8::/32', '::/0']
     [[rule]]
     name = 'everybody'
     action = 'drop'
     from = ['0.0.0.0/0']\n",
    "default = 'drop'
     [[rule]]
     name = 'some'
     action = 'accept'
     rate = '1/d'
     burst = 50
     [[rule]]
     name = 'more'
     action = 'drop'
     rate = '1/d'
     burst = 60
     from = ['::/0', '0.0.0.0/0']\n",
];

struct Harness {
    datapath: Datapath,
    /// Kept open: programs that are loaded later use its maps.
    _tracking: Tracking,
    counters: TestCounters,
    rows: RuleRows,
    compiled: Option<Compiled>,
}

impl Harness {
    fn apply(&mut self, text: &str) {
        let (policy, names) = policy(text);
        self.rows = self.rows.adopt(Some(&policy)).unwrap();
        let compiled = Compiled::new(&policy, &self.rows, &names, now());
        self.datapath.evaluate_policy(&compiled).unwrap();
        self.compiled = Some(compiled);
    }

    /// Tells whether the harness accepts a frame.
    fn runs(&mut self, program: &'static str, frame: &[u8]) -> bool {
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
        let program = self.datapath.program(program).unwrap();
        if let Program::Xdp(xdp) = program {
            return xdp.test_run(options).is_ok();
        }
        let Program::SchedClassifier(classifier) = program else { panic!("{program:?}") };
        classifier.test_run(options).is_ok()
    }
}

fn decided(before: &Counters, after: &Counters) -> Decided {
    let mut grown: Decided = [[0; 2]; ROWS];
    for (grown, (before, after)) in grown.iter_mut().zip(before.policy.iter().zip(&after.policy)) {
        *grown = std::array::from_fn(|verdict| after[verdict] - before[verdict]);
    }
    grown
}

fn direction(program: &str) -> Direction {
    if program == PROGRAM_POLICY_EGRESS { Direction::Egress } else { Direction::Ingress }
}

#[test]
fn programs_decide_about_every_fixture_as_the_host_does() {
    let lab = Lab::new();
    let host = lab.host("harness");
    let all = fixtures::all();
    for link in [Link::Ethernet, Link::RawIp] {
        let mut harness = host.enter(|| {
            let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
            datapath.set_ports(&fixtures::CONFIGURED_PORTS);
            let counters = datapath.counters_for(LOOPBACK, link).unwrap();
            Harness { datapath, _tracking: tracking, counters, rows: RuleRows::default(), compiled: None }
        });
        for text in POLICIES {
            for program in [PROGRAM_POLICY_XDP, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_EGRESS] {
                host.enter(|| harness.apply(text));
                let mut dry_run = DryRun::new(harness.compiled.as_ref().unwrap());
                let (mut packets, direction) = (0, direction(program));
                let before = harness.counters.read(direction).unwrap();
                for fixture in all.iter().filter(|fixture| fixture.link == link) {
                    harness.datapath.clear_fragments().unwrap();
                    let tables = fixtures::tables();
                    for step in &fixture.steps {
                        let run = as_run(program == PROGRAM_POLICY_XDP, link, &step.frame);
                        if !host.enter(|| harness.runs(program, &run)) {
                            break;
                        }
                        let frame = Frame::on_wire(link);
                        let outcome = classify(&step.frame, frame, &tables);
                        let from = source(&step.frame[..], frame);
                        dry_run.decide(now(), Facts::new(&outcome, direction), from, 1);
                        packets += 1;
                    }
                }
                let counted = decided(&before, &harness.counters.read(direction).unwrap());
                assert_eq!(counted, *dry_run.decided, "{program}, {link:?}: {text}");
                assert_eq!(counted.as_flattened().iter().sum::<u64>(), packets, "every packet once");
                assert!(packets > 10, "{program}, {link:?}: {packets}");
            }
        }
    }
}
