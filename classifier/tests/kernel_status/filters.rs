// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TC programs on filters, as agents attach them before Linux 6.6: rtnetlink lists them within their host.

use aya::{
    Ebpf,
    programs::{
        SchedClassifier, TcAttachType,
        tc::{NlOptions, TcAttachOptions, qdisc_add_clsact},
    },
};
use classifier::{
    datapath::OBJECT,
    hook::{self, Attachment},
    interfaces::hooked,
};
use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS};
use testbed::{Host, Lab};
use tokio::runtime;

#[test]
fn filters_are_seen_where_they_are_asked_for() {
    let lab = Lab::new();
    let [near, far] = ["near", "far"].map(|name| lab.host(name));
    let (at_near, _) = lab.link(&near, &far);
    let mut object = Ebpf::load(OBJECT).expect("the kernel takes it");
    let hooks = [
        (PROGRAM_INGRESS, TcAttachType::Ingress, Direction::Ingress),
        (PROGRAM_EGRESS, TcAttachType::Egress, Direction::Egress),
    ];
    near.enter(|| qdisc_add_clsact(&at_near.name)).expect("there is none yet");
    let expected = hooks.map(|(name, place, direction)| {
        let program = object.program_mut(name).expect("it is in the object");
        let program: &mut SchedClassifier = program.try_into().expect("it is for TC");
        program.load().expect("the verifier takes it");
        let options = TcAttachOptions::Netlink(NlOptions { priority: 1, ..NlOptions::default() });
        near.enter(|| program.attach_with_options(&at_near.name, place, options)).expect("it attaches");
        let id = program.info().expect("it is loaded").id();
        Attachment { interface: at_near.index, direction, hook: hook::TC, program: id }
    });
    assert_eq!(seen(&near, &at_near.name, true), expected);
    assert_eq!(seen(&near, &at_near.name, false), []);
    // aya would remove the filters by netlink on the host of this thread, which has no such interface.
    std::mem::forget(object);
}

fn seen(host: &Host, interface: &str, filters: bool) -> Vec<Attachment> {
    let links = host.enter(|| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(hooked(filters)).expect("netlink answers")
    });
    links.into_iter().find(|link| link.name == interface).expect("it is there").attachments
}
