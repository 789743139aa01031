// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Output of `classifier status` for invented agents.

use classifier::{
    datapath::Found,
    hook,
    status::{Format, Holder, HostContext, Namespace, ProcessReport, Report, StatusError},
};

use crate::{
    golden::assert_golden,
    made_up_agents::{NOW, context, found, found_wrong, namespace},
};

fn report() -> Report {
    Report::of(found(), &context(), NOW)
}

#[test]
fn the_text_is_as_recorded() {
    let text = report().write(Format::Text).expect("there are agents");
    assert_golden("status.txt", &text, include_str!("golden/status.txt"));
}

#[test]
fn the_json_is_as_recorded() {
    let text = report().write(Format::Json).expect("it is always written");
    assert_golden("status.json", &text, include_str!("golden/status.json"));
}

#[test]
fn without_an_agent_the_list_is_empty_and_people_are_told_what_to_do() {
    let nobody = Report::of(Vec::new(), &HostContext::default(), NOW);
    let json = nobody.write(Format::Json).expect("it is always written");
    assert_eq!(json, "{\n  \"agents\": [],\n  \"problems\": []\n}\n");
    let error = nobody.write(Format::Text).expect_err("there is nothing to show");
    assert!(matches!(error, StatusError::Idle));
    assert_eq!(error.to_string(), "no agent is running on this machine; start one with `classifier run`");
}

#[test]
fn what_is_wrong_comes_first_with_cause_and_remedy() {
    let (found, context) = found_wrong();
    let text = Report::of(found, &context, NOW).write(Format::Text).expect("there is an agent");
    assert_golden("status_wrong.txt", &text, include_str!("golden/status_wrong.txt"));
}

#[test]
fn pins_without_a_program_and_what_cannot_be_looked_at_are_said_without_an_agent() {
    let context = HostContext { problems: vec!["cannot look into /b: it is closed".into()], ..context() };
    let text = Report::of(Vec::new(), &context, NOW).write(Format::Text).expect("there are problems");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "problem: cannot look into /b: it is closed");
    assert!(lines[1].contains("/sys/fs/bpf/classifier has pinned counters, and no program"), "{text}");
    assert_eq!(lines[2..], ["", "no agent is running on this machine"]);
}

/// A process may be invisible in another PID namespace, and still exist.
#[test]
fn a_process_that_may_only_be_out_of_sight_is_not_said_to_be_gone() {
    let (found, context) = found_wrong();
    let problems = |context: &HostContext| {
        let report = Report::of(found.clone(), context, NOW);
        (report.agents[0].problems[0].clone(), report.agents[0].process.clone())
    };
    let (problem, process) = problems(&HostContext { sees_all: false, ..context.clone() });
    assert!(problem.starts_with("no process of this PID namespace uses /sys/fs/bpf/classifier"), "{problem}");
    assert_eq!(process, None);
    // Two processes hold its programs: one of them is the agent.
    let seen = self::context();
    let other = |id| ProcessReport { id, ..seen.processes[0].clone() };
    let holders = [4242, 4243].map(|process| Holder { program: 41, process }).to_vec();
    let two = HostContext { holders, processes: vec![other(4242), other(4243)], ..context };
    let (problem, process) = problems(&two);
    assert!(!problem.contains("process"), "{problem}");
    assert_eq!(process, None);
}

/// Before Linux 6.6, TC programs are attached by filters, which are listed only within their network
/// namespace.
#[test]
fn filters_elsewhere_are_unknown_and_their_interfaces_are_those_with_counters() {
    let [here, _] = found().try_into().expect("two agents");
    let hooks = |agent: Found, namespace: &Namespace| {
        let context = HostContext { namespace: namespace.clone(), ..HostContext::default() };
        let report = Report::of(vec![agent], &context, NOW);
        let interfaces = report.agents.into_iter().flat_map(|agent| agent.interfaces);
        interfaces.map(|one| (one.index, one.name, one.ingress, one.egress)).collect::<Vec<_>>()
    };
    let old = |agent: &Found| Found {
        links: agent.links.iter().filter(|link| link.hook == hook::XDP).copied().collect(),
        counted: vec![2, 9],
        ..agent.clone()
    };
    let elsewhere = Namespace { interfaces: Vec::new(), links_are_listed: false };
    let expected = [(2, None, "xdp", "unknown"), (9, None, "unknown", "unknown")];
    assert_eq!(hooks(old(&here), &elsewhere), expected);

    let mut interfaces = namespace().interfaces;
    let filters = interfaces.iter_mut().flat_map(|link| &mut link.attachments);
    filters.filter(|one| one.hook == hook::TCX).for_each(|one| one.hook = hook::TC);
    let within = Namespace { interfaces, links_are_listed: false };
    let expected = [(2, Some("eth\u{1b}0".into()), "xdp_native", "tc")];
    assert_eq!(hooks(old(&here), &within), expected);
}
