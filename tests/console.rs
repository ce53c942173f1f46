//! The console in a real browser: what a moderator does at night, by keyboard where possible.

#[path = "console/browser.rs"]
mod browser;
#[path = "console/checks.rs"]
mod checks;
#[path = "console/site.rs"]
mod site;

use browser::Browser;
use fantoccini::key::Key;
use holdfast_domain::case::DecisionState;
use holdfast_domain::{Case, CaseId, StreamId, TenantId};
use holdfast_event_store::EventLog as _;
use serde_json::json;
use site::{PASSWORD, Site};

const POST: &str = "goodbye everyone, I have the pills here. \
    <script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

impl Site {
    async fn browser(&self) -> Browser {
        Browser::open(&self.base).await
    }

    /// The case as its log tells it.
    async fn case(&self, id: CaseId) -> Case {
        let stream = StreamId::Case(id);
        let events = self.app.store.load(&TenantId::default(), &stream).await;
        Case::fold(id, &events.expect("memory answers")).expect("the case is there")
    }

    async fn decisions(&self, id: CaseId) -> Vec<DecisionState> {
        self.case(id).await.decisions
    }

    /// How often somebody read the whole case.
    async fn readings(&self, id: CaseId) -> usize {
        let stream = StreamId::Case(id);
        let events = self.app.store.load(&TenantId::default(), &stream).await;
        let read = |kind: &str| kind == "TextRevealed";
        events
            .expect("memory answers")
            .iter()
            .filter(|event| read(event.event.event_type()))
            .count()
    }
}

/// Signs in with keys alone.
async fn sign_in(browser: &Browser, name: &str) {
    browser.go("/sign-in").await;
    browser.find("#name[data-first-focus]").await;
    browser.fill("#name", name).await;
    browser.press(Key::Tab.into()).await;
    browser.types(PASSWORD).await;
    browser.press(Key::Enter.into()).await;
    browser.reads("Queue").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_signs_in_claims_reads_decides_and_takes_it_back() {
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    site.app
        .report_arrives(&case, "please look after her")
        .await;
    let browser = site.browser().await;

    sign_in(&browser, "ana").await;
    browser.reads("goodbye").await;

    // Queue → case, by keys.
    browser.press('j').await;
    browser.press(Key::Enter.into()).await;
    browser.reads("Nobody has this case").await;
    assert!(
        !browser.text().await.contains("everyone, I have"),
        "texts are covered"
    );

    browser.press('c').await;
    browser.reads("The case is yours").await;

    // One key shows the whole case, and what members wrote is only words.
    browser.press('m').await;
    browser.reads("everyone, I have the").await;
    browser.reads("please look after her").await;
    assert!(
        !browser.text().await.contains("pills"),
        "method detail stays covered"
    );
    assert!(!browser.client.title().await.unwrap().contains("owned"));
    assert_eq!(site.readings(case.id).await, 1);

    // Evidence says its reason on focus.
    browser.ask("document.querySelector('mark').focus()").await;
    browser.find(".reasons .lit").await;

    // Decide: the reason, then Ctrl-Enter.
    browser.press('d').await;
    browser.press(' ').await;
    browser
        .ask("document.querySelector('#reason').focus()")
        .await;
    browser.types("A clear farewell.").await;
    browser.confirm().await;
    browser.reads("Your decision is recorded").await;
    browser.reads("left to take it back").await;
    assert_eq!(site.decisions(case.id).await.len(), 1);
    // The texts are still shown, and showing them again was no second reading.
    browser.reads("everyone, I have the").await;
    assert_eq!(site.readings(case.id).await, 1);

    browser.press('u').await;
    browser.reads("The decision is taken back").await;
    assert!(site.decisions(case.id).await[0].undone);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_claimed_from_the_queue_with_two_keys() {
    let site = Site::start().await;
    site.app.crisis("goodbye").await;
    let second = site.app.crisis("goodbye now").await;
    let browser = site.browser().await;
    sign_in(&browser, "ana").await;
    browser.find("#queue .title").await;
    browser.press('j').await;
    browser.press('c').await;
    browser.reads("The case is yours").await;
    // The most urgent one stands first.
    assert!(site.case(second.id).await.lease.is_some());
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_single_key_sends_anything_to_a_member() {
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    let browser = site.browser().await;
    sign_in(&browser, "ana").await;
    browser.go(&format!("/cases/{}", case.id)).await;
    browser.press('c').await;
    browser.reads("The case is yours").await;
    let ready = "document.querySelector('input[name=outcome]').checked = true; \
        document.querySelector('input[name=action]').checked = true; \
        document.querySelector('#message').value = 'Are you safe?'; \
        document.querySelector('#reason').value = 'ready to go'; \
        document.querySelector('input[name=outcome]').focus();";
    browser.ask(ready).await;
    browser.press(Key::Enter.into()).await;
    for key in "abdefhijklmnopqstvwxyz0123456789".chars() {
        browser
            .ask(&format!(
                "document.activeElement.blur(); {}",
                ready.replace(".focus()", ".blur()")
            ))
            .await;
        browser.press(key).await;
        if browser.has("dialog[open]").await {
            browser.press(Key::Escape.into()).await;
        }
        if !browser.has("input[name=outcome]").await {
            browser.go(&format!("/cases/{}", case.id)).await;
        }
        browser.press(Key::Escape.into()).await;
    }
    assert!(site.decisions(case.id).await.is_empty());
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_a_script() {
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    let browser = site.browser().await;
    browser
        .devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": true }),
        )
        .await;
    browser.go("/sign-in").await;
    browser.fill("#name", "ana").await;
    browser.fill("#password", PASSWORD).await;
    browser.click(".sign-in button").await;
    browser.click("#queue .title").await;
    browser.click("form[action$='/claim'] button").await;
    browser.click("form[action$='/reveal'] button").await;
    let shown = browser.find(".post .words").await;
    assert!(shown.text().await.unwrap().contains("everyone, I have the"));

    // Opening one covered detail shows that one alone.
    browser.click(".cover button").await;
    assert_eq!(browser.find("#detail").await.text().await.unwrap(), "pills");
    browser.click("main a.button").await;

    browser.click("input[name=outcome][value=support]").await;
    browser.fill("#reason", "A clear farewell.").await;
    browser
        .click("form[action$='/decisions'] button.main")
        .await;
    browser.find(".undo").await;
    assert_eq!(site.decisions(case.id).await.len(), 1);
    browser.click(".undo button").await;
    browser.find(".banner.good").await;
    assert!(site.decisions(case.id).await[0].undone);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_case_appears_by_itself_and_is_announced() {
    let site = Site::start().await;
    site.app.crisis("goodbye").await;
    let browser = site.browser().await;
    sign_in(&browser, "ana").await;
    browser.press('j').await;
    let focused = "return document.activeElement.closest('li')?.dataset.case ?? ''";
    let before = browser.ask(focused).await;
    browser.find("#live[data-state=on]").await;
    site.app.crisis("goodbye now").await;
    browser.find("#queue li[data-level=act-now]").await;
    browser.find("#say-now:not(:empty)").await;
    assert_eq!(
        browser.ask(focused).await,
        before,
        "the focus stays on its case"
    );
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_something_overtook_comes_back_with_every_word() {
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    let browser = site.browser().await;
    sign_in(&browser, "ana").await;
    browser.go(&format!("/cases/{}", case.id)).await;
    browser.press('c').await;
    browser.reads("The case is yours").await;
    browser.click("input[name=outcome][value=act]").await;
    browser
        .ask("document.querySelectorAll('#decide details').forEach(fold => fold.open = true)")
        .await;
    browser.click("input[name=action][value*='\"hide\"']").await;
    browser.fill("#message", "Hi, I read your post.").await;
    browser.fill("#reason", "tells a method").await;
    site.app
        .post_arrives(&case, "northside", "please somebody answer me")
        .await;
    browser
        .ask("document.querySelector('#reason').focus()")
        .await;
    browser.confirm().await;
    browser.reads("Your decision was not recorded").await;
    let kept = "return [document.querySelector('#message').value, \
        document.querySelector('#reason').value, \
        document.querySelector('input[name=action][value*=\"\\\\\"hide\\\\\"\"]').checked]";
    assert_eq!(
        browser.ask(kept).await,
        json!(["Hi, I read your post.", "tells a method", true])
    );
    assert!(site.decisions(case.id).await.is_empty());
    browser.confirm_again().await;
    browser.reads("Your decision is recorded").await;
    browser.close().await;
}

impl Browser {
    async fn confirm_again(&self) {
        self.ask("document.querySelector('#reason').focus()").await;
        self.confirm().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_can_be_switched_off() {
    let site = Site::start().await;
    site.app.crisis("goodbye").await;
    let browser = site.browser().await;
    sign_in(&browser, "ana").await;
    browser.press('?').await;
    browser.find("dialog[open]").await;
    browser.press(Key::Escape.into()).await;
    browser.go("/help").await;
    browser.click("form[action='/settings/keys'] button").await;
    browser.reads("Single keys are off").await;
    browser.press('?').await;
    assert!(!browser.has("dialog[open]").await);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_used_by_everybody() {
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    site.app
        .report_arrives(&case, "please look after her")
        .await;
    let browser = site.browser().await;
    browser.go("/sign-in").await;
    checks::page(&browser, "sign-in").await;
    sign_in(&browser, "ben").await;
    checks::page(&browser, "queue").await;
    for (name, path) in [
        ("search", "/search"),
        ("open a case", "/cases/new"),
        ("help", "/help"),
    ] {
        browser.go(path).await;
        checks::page(&browser, name).await;
    }
    browser.go(&format!("/cases/{}", case.id)).await;
    checks::page(&browser, "case, covered").await;
    browser.press('c').await;
    browser.reads("The case is yours").await;
    browser.press('m').await;
    browser.reads("everyone, I have the").await;
    browser
        .ask("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        .await;
    checks::page(&browser, "case, shown").await;
    browser.close().await;
}

/// Writes pictures of every page for people to look at:
/// `HOLDFAST_SCREENSHOTS=folder cargo test --test console -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes pictures for people"]
async fn pictures_of_every_page() {
    use base64::Engine as _;
    let folder =
        std::env::var("HOLDFAST_SCREENSHOTS").expect("HOLDFAST_SCREENSHOTS names a folder");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let site = Site::start().await;
    let case = site.app.crisis(POST).await;
    site.app.crisis("goodbye now, it is done").await;
    site.app
        .report_arrives(&case, "please look after her")
        .await;
    let browser = site.browser().await;
    sign_in(&browser, "ben").await;
    browser.go(&format!("/cases/{}", case.id)).await;
    browser.press('c').await;
    browser.reads("The case is yours").await;
    browser.press('m').await;
    browser.reads("everyone, I have the").await;
    let shown = format!("/cases/{}", case.id);
    let incident = site.app.incident("{\"text\": \"goodbye\"}").await;
    let incident = format!("/cases/{incident}");
    let pages = [
        ("queue", "/queue"),
        ("incident", &incident),
        ("sign-in", "/sign-in"),
        ("case", &shown),
        ("search", "/search"),
        ("open-case", "/cases/new"),
        ("help", "/help"),
    ];
    for (name, path) in pages {
        for (width, dark) in [(1280, false), (1280, true), (390, false), (390, true)] {
            browser.screen(width, dark).await;
            browser.go(path).await;
            let height = browser
                .ask("return document.documentElement.scrollHeight")
                .await;
            let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
            let picture = json!({ "captureBeyondViewport": true, "clip": clip });
            let picture = browser.devtools("Page.captureScreenshot", picture).await;
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(picture["data"].as_str().unwrap_or_default())
                .expect("a picture comes as base64");
            let theme = if dark { "dark" } else { "light" };
            let file = format!("{folder}/{name}-{width}-{theme}.png");
            std::fs::write(file, bytes).expect("the picture can be written");
        }
    }
    browser.close().await;
}
