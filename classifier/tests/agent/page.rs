// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The page in all its states: its texts, their order, and the escaping of all input.

use classifier::{
    config::TelemetryPath,
    history::View,
    page::{Page, Query},
    policy::RuleRows,
    snapshot::{InterfaceState, Readiness, Snapshot},
};
use classifier_common::dry_run::DEFAULT_ROW;

use crate::{golden::assert_golden, page_states, policy_series::policy, served::Served};

/// Removes the tags.
fn text(html: &str) -> String {
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .concat()
}

fn places(text: &str, parts: &[&str]) -> Vec<usize> {
    parts.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{text}"))).collect()
}

#[test]
fn a_busy_host_shows_what_is_attached_and_what_passes() {
    let page = page_states::busy().render();
    let said = text(&page);
    let order = [
        "As of 2026-11-27 18:20:00 UTC+01:00. Agent up 3 d, counters older than the agent. Refresh: 10 s, 1 min, off",
        "All is well",
        "3 of 3 wanted",
        "eth0in xdp_native, out tcx: physical network card",
        "FTP controlFTP control, bits per secondIn: 3.75 kbit/s in the last minute",
        "360inbound0 %540000≤ 30 ms",
        "SMTP, bits per second",
        "203.0.113.7 ≤ 40 established",
        "outbound22 %2,79018090540≤ 30 ms–",
        "90inbound",
        "Traffic by protocol",
        "FTP controlin 6.02 packets/speak 11.3 packets/sout 9.72 packets/speak 13.5 packets/s",
        "FTP data (passive)in ",
        "in 424 kbit/speak 903 kbit/sout 74.3 kbit/s",
        "No traffic: Other IP protocols, Unmatched fragments, Malformed packets.",
        "Control connections",
        "192.0.2.7:4000121",
        "50133192.0.2.7passiveannouncedepsvannounced0.2 s",
        "Other UDPdestination_unreachableIPv44050",
        "echo_requestIPv48/0",
        "classifier_xdp",
        "cap_net_admin, cap_perfmon, cap_bpf",
        "Metrics",
    ];
    let places = places(&said, &order);
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("<title>OK · classifier on mail-3.example.net</title>"));
    assert!(page.len() < 150_000, "{} bytes", page.len());
    // One of each service, two of everything, two of each protocol with traffic.
    assert_eq!(page.matches("<svg role=\"img\"").count(), 5 + 2 + 2 * 11);
}

/// Writes a page as a browser without styles does: a line for each block, and the cells of a row apart.
fn lines(html: &str) -> String {
    const BLOCKS: [&str; 14] = [
        "h1",
        "h2",
        "h3",
        "p",
        "li",
        "tr",
        "caption",
        "summary",
        "figcaption",
        "dt",
        "dd",
        "title",
        "desc",
        "div",
    ];
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    // The version at the end is another with each commit.
    let body = body.split_once("<footer>").map_or(body, |(body, _)| body);
    let mut text = String::new();
    for part in body.split('<') {
        let (tag, content) = part.split_once('>').unwrap_or(("", part));
        match tag.strip_prefix('/') {
            Some(tag) if BLOCKS.contains(&tag) => text.push('\n'),
            Some("td" | "th" | "span") => text.push_str("  "),
            _ => {}
        }
        text.push_str(content);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect::<String>().replace("&lt;", "<").replace("&amp;", "&")
}

#[test]
fn the_page_without_styles_is_as_recorded() {
    assert_golden(
        "page_busy.txt",
        &lines(&page_states::busy().render()),
        include_str!("golden/page_busy.txt"),
    );
    let broken = lines(&page_states::broken().render());
    assert_golden("page_broken.txt", &broken, include_str!("golden/page_broken.txt"));
}

#[test]
fn services_have_the_dry_run_and_peers_only_where_these_are_known() {
    let mut snapshot: Snapshot = page_states::busy().snapshot.expect("it can be read");
    assert!(!text(&page_states::busy().render()).contains("Dry run"));
    let counters = snapshot.interfaces[0].counters[0].as_mut().expect("it is counted");
    let policy = policy(&[("mail", "accept"), ("web", "drop")]);
    let rules = RuleRows::default().adopt(Some(&policy)).expect("there are rows");
    (counters.policy[0], counters.policy[1], counters.policy[DEFAULT_ROW]) = ([900, 0], [5, 20], [0, 80]);
    snapshot.top_sources = None;
    let said = text(&Page { snapshot: Ok(snapshot), rules, ..page_states::busy() }.render());
    assert!(said.contains("100 packets would be dropped (10 %), 905 would pass"), "{said}");
    assert!(said.contains("Would passdefault800web205"), "the most dropped first, and none without: {said}");
    assert!(!said.contains("Top peer") && !said.contains("203.0.113."), "{said}");
    assert!(
        said.contains("Peers are not shown without --top-sources") && !said.contains("192.0.2."),
        "{said}"
    );
}

#[test]
fn an_idle_host_says_so_without_empty_charts() {
    let page = page_states::idle().render();
    let said = text(&page);
    for part in [
        "Agent up 3 min, counters since its start",
        "All is well",
        "The last 3 minutes",
        "No FTP session now.",
        "No ICMP message so far.",
        "No connection to a known service",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert_eq!(page.matches("<svg role=\"img\"").count(), 2, "of everything alone");
    assert!(
        page.contains("class=\"unknown\" d=\"M0-100V100H720V-100Z\""),
        "before the agent there is nothing known"
    );
}

#[test]
fn what_is_wrong_stands_first_with_its_remedy() {
    let page = page_states::broken().render();
    let said = text(&page);
    let order = [
        "7 problems",
        "Not readyInterface eth1 does not exist.",
        "docs/troubleshooting.md#not-ready",
        "Not readyCannot attach to eth2: Device or resource busy (os error 16).Another XDP program holds the hook",
        "64 packets crossed a hook on an interface without counters",
        "11 segments of FTP control connections",
        "210 FTP sessions were not tracked in the last 15 minutes. The table is full, and their data counts as tcp_other",
        "The map sessions has 65211 of 65536 entries",
        "The last configuration was refused",
        "Earlier, not in the last 15 minutes: 12 messages from the kernel",
        "eth0: generic XDP",
        "The sandbox lacks seccomp, Landlock in full",
        "1 of 3 wanted",
        "Wanted and not attachedInterfaceReasoneth1interface eth1 does not exist",
    ];
    let places = places(&said, &order);
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("<title>7 problems · classifier on mail-3.example.net</title>"));
}

#[test]
fn counters_that_cannot_be_read_leave_the_rest_of_the_page() {
    let refused =
        Page { snapshot: Err("cannot read map COUNTERS: it is gone".into()), ..page_states::busy() };
    let said = text(&refused.render());
    for part in
        ["1 problem", "Counters cannot be readCannot read map COUNTERS", "eth0in xdp_native", "Metrics"]
    {
        assert!(said.contains(part), "{part} in\n{said}");
    }
}

#[test]
fn nothing_that_the_page_is_given_is_markup() {
    const HOSTILE: &str = "<script>alert(1)</script>\"'&`<b>";
    let state = InterfaceState { name: HOSTILE.into(), ingress: "tcx", egress: "tcx", why: HOSTILE.into() };
    let mut snapshot: Snapshot = page_states::busy().snapshot.expect("it can be read");
    snapshot.interfaces[0].name = HOSTILE.into();
    (snapshot.interfaces[0].ingress, snapshot.interfaces[0].egress) = ("none", "none");
    let telemetry = TelemetryPath::parse("/a'b&c").expect("a path");
    let page = Page {
        host: HOSTILE,
        readiness: Readiness { ready: false, interfaces: vec![state], reasons: vec![HOSTILE.into()] },
        snapshot: Ok(snapshot),
        telemetry: &telemetry,
        ..page_states::busy()
    };
    let page = page.render();
    assert!(!page.contains("<script") && !page.contains("<b>alert") && !page.contains("</script"), "{page}");
    assert!(page.matches("&lt;script&gt;").count() >= 5, "title, heading, reason, interface, why, gone");
    assert!(page.contains("href=\"./a'b&amp;c\""));
    let error = Page { snapshot: Err(HOSTILE.into()), ..page_states::busy() }.render();
    assert!(!error.contains("<script"));
}

#[test]
fn a_crowd_of_interfaces_stays_a_page() {
    let small = page_states::crowded(200).render();
    let crowd = page_states::crowded(1000);
    let large = crowd.render();
    let said = text(&large);
    for part in [
        "30 problems",
        "20 more reasons",
        "1000 interfaces: 1000 by tcx in and tcx out.",
        "988 other interfaces together",
        "88 more interfaces",
        "900 other interfaces together",
        "900 interfaces with less traffic are shown as a sum",
        "gone11 and 28 more",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert_eq!(large.matches("rowheader").count(), 100 + 2);
    // With every protocol in both directions.
    assert!(large.len() < small.len() + 2000 && large.len() < 300_000, "{} and {}", small.len(), large.len());

    let filtered = Page { query: Query::parse("interface=veth000%3F"), ..crowd };
    let said = text(&filtered.render());
    for part in [
        "Only interfaces that match veth000?: 16 of 1000.",
        "veth0001in tcx",
        "4 more interfaces",
        "service_31service_31, bits per second",
        "Other UDPdestination_unreachableIPv4",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert!(!said.contains("gone11") && !said.contains("veth0010"), "{said}");
    let nothing = Page { query: Query::parse("interface=eth9"), ..filtered };
    assert!(text(&nothing.render()).contains("No attached interface matches"));
}

#[test]
fn an_agent_that_has_just_begun_has_no_rates() {
    let page = Page { view: View::default(), ..page_states::busy() };
    let said = text(&page.render());
    assert!(
        said.contains("Rates appear in a few seconds") && said.contains("physical network card––––"),
        "{said}"
    );
}

#[test]
fn headings_are_in_order_and_every_id_is_of_one_thing() {
    for page in [page_states::busy(), page_states::idle(), page_states::broken(), page_states::crowded(20)] {
        let page = page.render();
        let level = |tag: &str| tag.strip_prefix('h').and_then(|rest| rest[..1].parse::<u8>().ok());
        let levels: Vec<u8> = page
            .split('<')
            .filter(|tag| !tag.starts_with("hr") && !tag.starts_with("ht"))
            .filter_map(level)
            .collect();
        assert!(levels.starts_with(&[1]) && !levels[1..].contains(&1), "{levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");

        let ids: Vec<&str> = values(&page, " id=\"");
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        let named = values(&page, "aria-labelledby=\"").into_iter().flat_map(|all| all.split(' '));
        let targets = values(&page, "href=\"#").into_iter();
        named.chain(targets).for_each(|name| assert!(ids.contains(&name), "{name}"));
    }
}

fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(attribute).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

#[test]
fn the_policy_allows_the_style_that_is_sent_and_nothing_else() {
    let server = Served::usual();
    let answer = server.get("/", "");
    let policy = answer.header("content-security-policy").expect("a policy");
    let page = answer.text();
    let (_, rest) = page.split_once("<style>").expect("a style");
    let (style, rest) = rest.split_once("</style>").expect("it ends");
    assert!(
        !rest.contains("<style")
            && !page.contains("<script")
            && !page.contains(" style=")
            && !page.split('<').any(has_handler),
        "inline"
    );
    let hash = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash);
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(policy, expected);
    assert!(!style.contains("url(") && !style.contains("@import"));
    for source in values(&page, "src=\"").into_iter().chain(values(&page, "href=\"")) {
        assert!(["#", "./", "data:"].iter().any(|beginning| source.starts_with(beginning)), "{source}");
    }
}

/// Tells whether a tag has an attribute with a script.
fn has_handler(tag: &str) -> bool {
    let attributes = tag.split('>').next().unwrap_or_default();
    attributes.split(' ').any(|attribute| attribute.starts_with("on") && attribute.contains('='))
}

#[test]
fn the_page_asks_for_itself_again_only_where_that_was_chosen() {
    let server = Served::usual();
    let still = server.get("/", "").text();
    assert!(!still.contains("http-equiv") && still.contains("href=\"./?refresh=60\""));
    let moving = server.get("/?refresh", "").text();
    assert!(
        moving.contains("<meta http-equiv=\"refresh\" content=\"10\">") && moving.contains("href=\"./\"")
    );
    assert!(server.get("/?refresh=60", "").text().contains("http-equiv=\"refresh\" content=\"60\""));
    assert!(!server.get("/?other", "").text().contains("http-equiv"));
    let filtered = server.get("/?interface=eth*&refresh=10", "").text();
    assert!(
        filtered.contains("href=\"./?refresh=60&amp;interface=eth*\"")
            && filtered.contains("Only interfaces that match")
    );
    let packed = server.get("/", "Accept-Encoding: gzip\r\n");
    assert_eq!(packed.header("content-encoding").as_deref(), Some("gzip"));
}
