//! Another version of a model: watched in shadow, compared, promoted, taken back.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use holdfast_domain::ModerationEvent;
use serde_json::Value;

use crate::house::{GOODBYE, House, until};

const ARTIFACTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/artifacts");
/// Older than all others by name, so that it never reads by being the newest.
const CANDIDATE: &str = "1999-01-01.1";

/// A house whose models' folder holds what is released and, in shadow, a candidate that finds everything to be
/// harassment.
fn house() -> House {
    House::on_sqlite(|name| {
        let models = std::env::temp_dir().join(format!("holdfast-{name}/models"));
        lay_out(&models);
        format!(
            "[classifiers]\nmodels_folder = \"{}\"\nshadow_encoder = \"{CANDIDATE}\"\n",
            models.display()
        )
    })
}

fn lay_out(models: &Path) {
    std::fs::create_dir_all(models.join("encoder")).unwrap();
    symlink(format!("{ARTIFACTS}/linear"), models.join("linear")).unwrap();
    let released = released();
    let version = released.file_name().unwrap();
    symlink(&released, models.join("encoder").join(version)).unwrap();
    let candidate = models.join("encoder").join(CANDIDATE);
    std::fs::create_dir(&candidate).unwrap();
    let manifest = std::fs::read(released.join("manifest.json")).unwrap();
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    manifest["version"] = CANDIDATE.into();
    manifest["calibration"]["signals"][3]["shift"] = 30.into();
    std::fs::write(candidate.join("manifest.json"), manifest.to_string()).unwrap();
    for file in manifest["files"].as_object().unwrap().keys() {
        symlink(released.join(file), candidate.join(file)).unwrap();
    }
}

/// The newest encoder that is released.
fn released() -> PathBuf {
    let versions = std::fs::read_dir(format!("{ARTIFACTS}/encoder")).unwrap();
    versions.map(|entry| entry.unwrap().path()).max().unwrap()
}

fn released_version() -> String {
    let folder = released();
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

/// The encoders by which posts in cases were judged, and what else anybody said of them, as the log tells it.
async fn encoders_on_record(house: &House) -> Vec<String> {
    let mut versions = BTreeSet::new();
    for envelope in house.log().await {
        if let ModerationEvent::AssessmentRecorded(recorded) = envelope.event {
            versions.extend(recorded.assessment.inputs.versions.get("encoder").cloned());
            let signals = recorded.assessment.signals.into_iter();
            let signals = signals.filter(|signal| signal.classifier == "encoder");
            versions.extend(signals.map(|signal| signal.version));
        }
    }
    versions.into_iter().collect()
}

async fn get(house: &House, server: usize, token: &str, path: &str) -> Value {
    let request = house.http.get(house.url(server, path)).bearer_auth(token);
    let answer = request.send().await.expect("holdfast answers");
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).expect("JSON")
}

/// The encoders that a moderator finds beside the posts of a case.
async fn encoders_of(house: &House, server: usize, token: &str, case: &str) -> Vec<String> {
    let case = get(house, server, token, &format!("/v1/cases/{case}")).await;
    let posts = case["posts"].as_array().expect("posts");
    let encoder = |post: &Value| {
        post["assessment"]["versions"]["encoder"]
            .as_str()
            .map(str::to_owned)
    };
    posts.iter().filter_map(encoder).collect()
}

/// The cases that wait.
async fn waiting(house: &House, server: usize, token: &str) -> Vec<Value> {
    let queue = get(house, server, token, "/v1/queue").await;
    queue["items"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_watched_promoted_and_taken_back_and_past_cases_keep_their_version() {
    let mut house = house();
    let token = house.moderator();
    let live = released_version();

    // In shadow: it shows in figures, and decides nothing.
    let server = house.serve().await;
    house.take_in(server, "p1", "heron", GOODBYE).await;
    until("the candidate has read the post", async || {
        let (_, figures) = house.status(server, "/metrics").await;
        let up = format!(
            "holdfast_shadow_levels_total{{classifier=\"encoder\",direction=\"up\",signal=\"harassment\",version=\"{CANDIDATE}"
        );
        let mut lines = figures.lines();
        lines.any(|line| line.starts_with(&up) && line.ends_with(" 1"))
    })
    .await;
    let (_, figures) = house.status(server, "/metrics").await;
    for role in ["live", "shadow"] {
        assert!(
            figures.contains(&format!("role=\"{role}\",signal=\"crisis\",stage=\"deep\"")),
            "{figures}"
        );
    }
    let judged_by = encoders_on_record(&house).await;
    assert_eq!(judged_by.len(), 1, "{judged_by:?}");
    assert!(judged_by[0].starts_with(&live), "{judged_by:?}");
    let cases = waiting(&house, server, &token).await;
    assert_eq!(cases.len(), 1, "{cases:?}");
    let past = cases[0]["case"].as_str().expect("an id").to_owned();

    // Promoted: with a reason, on record, from the next start on.
    let (promoted, said) = house.holdfast(&["model", "promote", CANDIDATE, "--because", " "], "");
    assert!(!promoted && said.contains("--because"), "{said}");
    let because = "it misses fewer attacks";
    let (promoted, said) =
        house.holdfast(&["model", "promote", CANDIDATE, "--because", because], "");
    assert!(promoted, "{said}");
    let (listed, said) = house.holdfast(&["model", "list"], "");
    assert!(listed, "{said}");
    let told = said.lines().find(|one| one.contains(CANDIDATE)).unwrap();
    assert!(told.contains("live (by the record), promoted 20"), "{said}");
    assert!(told.contains("digests ok"), "{said}");
    assert!(
        said.contains(&format!("{live} → {CANDIDATE}, because {because}")),
        "{said}"
    );
    house.servers.clear();
    let server = house.serve().await;
    house.take_in(server, "p2", "wren", GOODBYE).await;
    until("the promoted version reads", async || {
        let read = encoders_on_record(&house).await;
        read.iter().any(|version| version.starts_with(CANDIDATE))
    })
    .await;
    until("its finding waits for a person", async || {
        waiting(&house, server, &token).await.len() == 3
    })
    .await;

    // What was judged before keeps the version that judged it.
    assert_eq!(encoders_of(&house, server, &token, &past).await, judged_by);

    // Taken back.
    let (demoted, said) = house.holdfast(&["model", "demote", &live, "--because", because], "");
    assert!(
        !demoted && said.contains("is not the promoted version"),
        "{said}"
    );
    let because = "it finds attacks everywhere";
    let (demoted, said) = house.holdfast(&["model", "demote", CANDIDATE, "--because", because], "");
    assert!(demoted, "{said}");
    let (_, said) = house.holdfast(&["model", "list", "--json"], "");
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let versions = said["versions"].as_array().unwrap();
    let reads = |one: &&Value| one["classifier"] == "encoder" && one["live"].is_string();
    let reading: Vec<&Value> = versions.iter().filter(reads).collect();
    assert_eq!(reading.len(), 1, "{said:#}");
    assert_eq!(reading[0]["version"], live.as_str());
    let record = said["record"].as_array().unwrap();
    assert_eq!(record[1]["what"], "demoted");
    assert_eq!(record[1]["by"]["kind"], "operator");
    assert_eq!(record[1]["because"], because);
    // The log holds the reasons sealed.
    let facts: Vec<String> = house
        .log()
        .await
        .iter()
        .filter(|envelope| envelope.event.event_type().starts_with("Model"))
        .map(|envelope| envelope.event.to_json().unwrap())
        .collect();
    assert_eq!(facts.len(), 2);
    assert!(!facts.concat().contains("attacks"), "{facts:?}");
}

#[test]
fn a_comparison_names_the_posts_whose_level_changes_and_shows_no_text_unasked() {
    let house = house();
    let live = released_version();
    let file = house.folder.join("posts.jsonl");
    let rows = concat!(
        "{\"id\":\"calm\",\"text\":\"the garden looks lovely this morning\",\"labels\":{\"crisis\":0,\"harassment\":0,\"stigma\":0}}\n",
        "{\"id\":\"foul\",\"text\":\"we all watched the sunset together\",\"labels\":{\"crisis\":0,\"harassment\":1,\"stigma\":null}}\n",
    );
    std::fs::write(&file, rows).unwrap();
    let compare = |more: &[&str]| {
        let all = [
            "model",
            "compare",
            "--live",
            &live,
            "--candidate",
            CANDIDATE,
        ];
        let all = [&all[..], &[file.to_str().unwrap()], more].concat();
        let (done, said) = house.holdfast(&all, "");
        assert!(done, "{said}");
        said
    };
    let said = compare(&[]);
    assert!(
        said.contains("harassment        2        0        0        1        1"),
        "{said}"
    );
    assert!(
        said.contains("0 → 1  calm  worse") && said.contains("0 → 1  foul  better"),
        "{said}"
    );
    assert!(!said.contains("garden"), "{said}");
    let said: Value = serde_json::from_str(&compare(&["--json"])).expect("JSON");
    assert_eq!(said["signals"]["harassment"]["changes"][0]["id"], "calm");
    assert!(!said.to_string().contains("garden"), "{said}");
    assert!(compare(&["--show-text"]).contains("garden"));
}
