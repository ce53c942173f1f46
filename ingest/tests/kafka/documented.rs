use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::support::{Memory, Stage, broker, owner};

#[tokio::test(flavor = "multi_thread")]
async fn the_one_line_of_kcat_that_the_page_shows_sends_a_post() {
    let page = include_str!("../../../docs/connecting-a-platform.md");
    let stage = Stage::with_partitions(1).await;
    let line = page
        .lines()
        .find(|line| line.starts_with("kcat -P"))
        .expect("the page shows kcat");
    let line = line
        .replace("localhost:9092", &broker())
        .replace("holdfast.posts.v1 ", &format!("{} ", stage.topic));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let sent = Command::new("sh")
        .args(["-c", &line])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(
        sent.success(),
        "kcat failed; it is in the Debian package of the same name"
    );
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (_intake, metrics) = owner.start(&stage.config());
    memory.until_len(1).await;
    assert_eq!(memory.log()[0].author, "u-48213");
    assert_eq!(
        metrics
            .records
            .with_label_values(&["default", "kafka", "post"])
            .get(),
        1
    );
}
