// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Accessibility of the page.

use serde_json::json;

use crate::scene::{PAGE, Scene};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

#[test]
fn the_page_is_for_every_screen_and_none() {
    let scene = Scene::new();
    scene.download(&[]);
    scene.wait_for("counted", |text| text.contains("FTP data (passive)\n"));
    let browser = &scene.browser;

    let mut grounds = Vec::new();
    for dark in [false, true] {
        for width in [360, 768, 1280] {
            browser.look(width, dark);
            scene.show();
            let [whole, window, hidden] =
                ["document.documentElement.scrollWidth", "innerWidth", &too_small()]
                    .map(|expression| browser.value(expression));
            assert_eq!(window, json!(width));
            assert!(whole.as_u64() <= Some(width.into()), "{width} pixels, {whole} wide");
            assert_eq!(hidden, json!([]), "{width} pixels");
        }
        grounds.push(browser.value("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(grounds[0], grounds[1], "light and dark");

    let headings = scene.texts("h1, h2");
    browser.allow_scripts(false);
    let without = scene.show();
    assert_eq!(scene.texts("h1, h2"), headings);
    for part in ["FTP data (passive)", scene.at_server.name.as_str(), "Metrics\nReadiness\nHealth"] {
        assert!(without.contains(part), "{part} in\n{without}");
    }
    browser.allow_scripts(true);

    scene.show();
    browser.press(TAB);
    assert_eq!(browser.value("document.activeElement.textContent"), "Skip to the content");
    assert_eq!(browser.value("document.activeElement.getBoundingClientRect().left >= 0"), true, "it is seen");
    browser.press(ENTER);
    assert_eq!(browser.value("document.activeElement.id"), "main");
    browser.press(TAB);
    assert_eq!(browser.value("document.activeElement.closest('main') !== null"), true, "and goes on there");

    let nodes = browser.accessible();
    let has =
        |role: &str, name: &str| nodes.iter().any(|(is, called)| is == role && called.starts_with(name));
    for (role, name) in [
        ("banner", ""),
        ("main", ""),
        ("contentinfo", ""),
        ("navigation", "Sections"),
        ("navigation", "Elsewhere"),
        ("region", "All is well"),
        ("region", "Traffic by protocol"),
        ("heading", "classifier on "),
        ("table", "Attached interfaces"),
        ("rowheader", &scene.at_server.name),
        ("columnheader", "In packets/s"),
        ("image", "FTP data (passive), bits per second"),
    ] {
        assert!(has(role, name), "{role} {name}: {nodes:?}");
    }
    assert!(nodes.iter().filter(|(role, _)| role == "image").all(|(_, name)| !name.is_empty()), "{nodes:?}");

    // Sheets of A4 have this many pixels between Chromium's margins.
    for dark in [false, true] {
        browser.look_at_paper(717, dark);
        scene.show();
        assert!(
            browser.value("document.documentElement.scrollWidth").as_u64() <= Some(717),
            "too wide for paper"
        );
        let ground = browser.value("getComputedStyle(document.body).backgroundColor");
        assert_eq!(ground, "rgb(255, 255, 255)", "paper is white, whatever the screen is");
        let useless = "Array.from(document.querySelectorAll('nav, .skip, .refresh, .stale')).filter(one => one.offsetHeight > 0)";
        assert_eq!(browser.value(useless), json!([]), "links lead nowhere on paper");
    }
    let sheets = String::from_utf8_lossy(&browser.pdf()).matches("/Type /Page\n").count();
    assert!((1..=4).contains(&sheets), "{sheets} sheets");
    browser.look(1280, false);

    browser.go(&format!("{PAGE}?refresh"));
    assert_eq!(browser.value("document.querySelector('meta[http-equiv=refresh]').content"), "10");
    assert_eq!(browser.complaints(), <[String; 0]>::default());
}

/// Finds charts that are too small: a line in a table may be smaller than others.
fn too_small() -> String {
    "Array.from(document.querySelectorAll('svg')).filter(one => one.getClientRects().length > 0).filter(one => \
     one.getBoundingClientRect().width < (one.closest('.spark') ? 48 : 100) || one.getBoundingClientRect().height \
     < 30).map(one => one.id)"
        .to_owned()
}
