//! What must hold on every page: accessibility, no sideways scrolling.

use std::path::PathBuf;

use serde_json::Value;

use crate::browser::Browser;

/// The accessibility checker's source, as `./dev browser` fetched it.
fn axe() -> String {
    let path = std::env::var_os("HOLDFAST_TEST_AXE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".cache/axe/axe.min.js"),
        PathBuf::from,
    );
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "no accessibility checker at {} ({error}): run ./dev browser",
            path.display()
        )
    })
}

/// Fails where the page breaks a rule of WCAG 2.2 A or AA that a machine can see, or scrolls sideways.
pub(crate) async fn page(browser: &Browser, name: &str) {
    for (width, dark) in [
        (1280, false),
        (1280, true),
        (390, false),
        (390, true),
        (320, false),
    ] {
        browser.screen(width, dark).await;
        let wide = browser
            .ask("return document.documentElement.scrollWidth")
            .await;
        assert!(
            wide.as_u64().is_some_and(|wide| wide <= u64::from(width)),
            "{name} scrolls sideways at {width} px: it is {wide} px wide"
        );
        if width == 320 {
            continue;
        }
        let violations = violations(browser).await;
        assert!(
            violations.as_array().is_some_and(Vec::is_empty),
            "{name} at {width} px, dark {dark}: {violations:#}"
        );
    }
    browser.screen(1280, false).await;
}

async fn violations(browser: &Browser) -> Value {
    let inject = format!("{};window.axe = axe;", axe());
    browser.ask(&inject).await;
    let run = "const done = arguments[arguments.length - 1]; \
        axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
           .then(found => done(found.violations.map(v => \
               [v.id, v.help, v.nodes.map(n => n.html.slice(0, 200))])));";
    let found = browser.client.execute_async(run, vec![]).await;
    found.expect("the checker runs")
}
