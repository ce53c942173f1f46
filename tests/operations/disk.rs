//! A disk that fails stops the process, and nothing is lost.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::house::{GOODBYE, House, Platform, kafka, kafka_intake, until};

/// Makes the system's own calls fail, once the named file is there: as near to a failing disk as a
/// test gets without one.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
    const char *sign = getenv("DISK_FAILS_WITH");
    return sign && access(sign, F_OK) == 0;
}

int fsync(int fd) {
    if (fails()) { errno = EIO; return -1; }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return real(fd);
}

int fdatasync(int fd) {
    if (fails()) { errno = EIO; return -1; }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return real(fd);
}
"#;

fn shim(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("disk.c"), folder.join("disk.so"));
    std::fs::write(&source, SHIM).expect("the shim can be written");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .status()
        .expect("a C compiler is there");
    assert!(built.success(), "the shim compiles");
    library
}

/// The offset that the group has told Kafka.
fn committed(group: &str, topic: &str) -> i64 {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", kafka())
        .set("group.id", group)
        .create()
        .expect("a client");
    let mut asked = TopicPartitionList::new();
    asked.add_partition(topic, 0);
    let answer = consumer
        .committed_offsets(asked, Duration::from_secs(20))
        .expect("the broker answers");
    match answer.elements()[0].offset() {
        Offset::Offset(offset) => offset,
        _ => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_ends_the_process_and_the_next_start_goes_on_without_a_loss() {
    let mut house =
        House::on_sqlite(|name| format!("{}\n[canary]\nenabled = false\n", kafka_intake(name)));
    let platform = Platform::new(&house.name, 1).await;
    let topic = platform.posts();
    let library = shim(&house.folder);
    let sign = house.folder.join("the-disk-fails");
    let (library, sign_path) = (library.display().to_string(), sign.display().to_string());
    let environment = [
        ("LD_PRELOAD", library.as_str()),
        ("DISK_FAILS_WITH", sign_path.as_str()),
    ];
    let failing = house.serve_with(&environment).await;
    for n in 0..20 {
        let (post, author) = (format!("before{n}"), format!("m{n}"));
        platform
            .write(&post, &author, "a quiet evening, tea and a film")
            .await;
    }
    until("what came before is recorded", async || {
        house.screened(&topic).await == 20
    })
    .await;

    std::fs::write(&sign, "").expect("the sign can be given");
    for n in 0..20 {
        let (post, author) = (format!("after{n}"), format!("m{n}"));
        platform
            .write(&post, &author, "a quiet evening, tea and a film")
            .await;
    }
    platform.write("the-goodbye", "heron", GOODBYE).await;
    let status = house.until_it_ends(failing).await;
    assert!(!status.success(), "it ends with an error: {status}");
    let said = house.logged(failing);
    assert!(
        said.contains("the disk failed while writing; look at the disk"),
        "{said}"
    );
    let group = format!("{}.group", house.name);
    assert!(
        committed(&group, &topic) <= 20,
        "Kafka was told of nothing that is not on the disk"
    );

    std::fs::remove_file(&sign).expect("the disk is mended");
    house.serve().await;
    until("everything is recorded", async || {
        house.screened(&topic).await >= 41
    })
    .await;
    assert_eq!(house.screened(&topic).await, 41, "each record once");
    let log = house.log().await;
    let opened = log
        .iter()
        .filter(|envelope| envelope.event.event_type() == "CaseOpened");
    assert_eq!(opened.count(), 1, "the goodbye has its case");
}
