// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The page's view of traffic.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::scene::{PAGE, Scene};

#[test]
fn the_page_shows_what_passes_and_what_is_wrong_and_asks_for_nothing_else() {
    let began = Instant::now();
    let mut scene = Scene::new();
    let first = scene.show();
    assert!(first.starts_with("Skip to the content\nclassifier on "), "{first}");
    assert!(first.contains("All is well") && first.contains("2 of 2 wanted"), "{first}");
    assert_eq!(scene.browser.requests(), [PAGE], "nothing else is asked for");

    scene.client.run("ping", &["-c", "3", "-i", "0.1", &scene.at_server.v4.to_string()]);
    scene.download(&["--ftp-port", "-"]);
    let download = scene.slow_download();
    let busy = scene.wait_for("connected", |text| text.contains("\tconnected\t"));
    let name = &scene.at_server.name;
    for part in [
        name.as_str(),
        "in tcx, out tcx",
        "1 clear",
        "clear\t21\t",
        "\tpassive\tannounced\tepsv\tconnected\t",
    ] {
        assert!(busy.contains(part), "{part} in\n{busy}");
    }
    let services = scene.texts("#services th span");
    assert!(services.iter().any(|service| service == "FTP control"), "{services:?}");
    let charts = scene.texts(".card h3");
    for protocol in ["FTP control", "FTP data (active)", "FTP data (passive)", "ICMP"] {
        assert!(charts.iter().any(|chart| chart == protocol), "{protocol} in {charts:?}");
    }
    assert!(
        busy.contains("echo_request\tIPv4\t8/0\t3\t0") && busy.contains("echo_reply\tIPv4\t0/0\t0\t3"),
        "{busy}"
    );
    drop(download);
    scene.wait_for("closed", |text| text.contains("No FTP session now."));

    // The next sample is after the last packet of a ping, and a later one ends its chart.
    let passed = Duration::from_secs(21).saturating_sub(began.elapsed());
    thread::sleep(passed);
    scene.show();
    let path = scene.browser.value("document.querySelector('[aria-labelledby^=p6-p] .in').getAttribute('d')");
    let path = path.as_str().expect("a path");
    assert!(path.ends_with("V0Z") && !path.ends_with("H900V0Z"), "{path}");

    let other = scene.other.name.clone();
    scene.server.run("ip", &["link", "del", &other]);
    scene.agent.wait_for("its interface is gone");
    let broken = scene.show();
    let places = [
        format!("1 problem\nNot ready\n\nInterface {other} does not exist."),
        "1 of 2 wanted".into(),
        "Interfaces\nWanted and not attached".into(),
    ]
    .map(|part| broken.find(&part).unwrap_or_else(|| panic!("no {part:?} in\n{broken}")));
    assert!(places.is_sorted(), "{broken}");
    assert!(
        scene.browser.value("document.title").as_str().is_some_and(|title| title.starts_with("1 problem · "))
    );

    assert_eq!(scene.browser.complaints(), <[String; 0]>::default());
    let requests = scene.browser.requests();
    assert!(requests.iter().all(|url| url == PAGE || url.starts_with("data:image/svg+xml,")), "{requests:?}");
    let Scene { agent, browser, .. } = scene;
    drop(browser);
    agent.stop();
}
