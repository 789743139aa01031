//! What `classifier status` writes of agents that it has found.

use classifier::{
    datapath::Found,
    hook,
    status::{Format, Namespace, Report, StatusError},
};

use crate::{
    golden::assert_golden,
    made_up_agents::{NOW, found, namespace},
};

fn report() -> Report {
    Report::of(found(), &namespace(), NOW)
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
    let nobody = Report::of(Vec::new(), &namespace(), NOW);
    assert_eq!(nobody.write(Format::Json).expect("it is always written"), "{\n  \"agents\": []\n}\n");
    let error = nobody.write(Format::Text).expect_err("there is nothing to show");
    assert!(matches!(error, StatusError::Idle));
    assert_eq!(error.to_string(), "no agent is running on this machine; start one with `classifier run`");
}

/// Before Linux 6.6, TC programs hang on filters, which are listed within their network namespace only.
#[test]
fn filters_elsewhere_are_unknown_and_their_interfaces_are_those_with_counters() {
    let [here, _] = found().try_into().expect("two agents");
    let hooks = |agent: Found, namespace: &Namespace| {
        let report = Report::of(vec![agent], namespace, NOW);
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
