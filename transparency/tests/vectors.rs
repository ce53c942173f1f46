//! The vectors in `vectors/`, on which `docs/verify.py` and this crate must agree.
//!
//! They are made here, so that they cannot lag behind the code: run with `HOLDFAST_WRITE_VECTORS=1`
//! to write them, look at the difference, and check them in.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_transparency::checkpoint::Trust;
use holdfast_transparency::hash::{NodeHash, from_hex, to_hex};
use holdfast_transparency::note::{Note, SignerKey, VerifierKey};
use holdfast_transparency::proof::ProofFile;
use holdfast_transparency::tree::{Consistency, Inclusion, root};
use holdfast_transparency::verify::Report;
use serde_json::{Value, json};
use support::{Log, ORIGIN, key, verify};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

#[test]
fn the_vectors_are_those_that_the_code_makes() {
    let log = Log::of(14);
    let mut genuine = log.lines().join("\n");
    genuine.push('\n');
    let files = [
        ("genuine.ndjson", genuine),
        ("tree.json", pretty(&tree())),
        ("notes.json", pretty(&notes())),
        ("logs.json", pretty(&logs(&log))),
    ];
    for (name, made) in files {
        let path = folder().join(name);
        if std::env::var_os("HOLDFAST_WRITE_VECTORS").is_some() {
            fs::write(&path, made).unwrap();
        } else {
            let stored = fs::read_to_string(&path).unwrap();
            assert!(
                stored == made,
                "{name} is not what the code makes; HOLDFAST_WRITE_VECTORS=1 writes it"
            );
        }
    }
}

#[test]
fn the_python_verifier_agrees_on_every_vector() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify.py");
    let python = std::env::var("HOLDFAST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run = Command::new(python)
        .arg("-B")
        .arg(script)
        .arg("--vectors")
        .arg(folder())
        .output()
        .expect("this test needs python3 with the package cryptography; ./dev test brings it");
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{complained}");
    assert!(said.contains("vectors agree"), "{said}");
}

/// One case on a line, so that a difference shows what changed.
fn pretty(value: &Value) -> String {
    let fields = value.as_object().unwrap().iter().map(|(name, value)| {
        let value = match value {
            Value::Array(cases) => {
                let cases: Vec<String> = cases.iter().map(ToString::to_string).collect();
                format!("[\n{}\n]", cases.join(",\n"))
            }
            other => other.to_string(),
        };
        format!("{}: {value}", json!(name))
    });
    format!("{{\n{}\n}}\n", fields.collect::<Vec<_>>().join(",\n"))
}

fn hexes(hashes: &[NodeHash]) -> Vec<String> {
    hashes.iter().map(|hash| to_hex(&hash.0)).collect()
}

fn tree() -> Value {
    let entries: Vec<Vec<u8>> = (0..13_u8).map(|count| vec![count; count.into()]).collect();
    let leaves: Vec<NodeHash> = entries.iter().map(|entry| NodeHash::leaf(entry)).collect();
    let roots: Vec<NodeHash> = (0..=leaves.len())
        .map(|size| root(leaves[..size].to_vec()))
        .collect();
    let (mut inclusion, mut consistency) = (Vec::new(), Vec::new());
    for size in 1..=13_u64 {
        for index in 0..size {
            let proof = Inclusion::prove(index, size, leaves.clone()).unwrap();
            for (proof, leaf) in inclusion_variants(&proof) {
                let holds = proof.check(leaves[leaf as usize], roots[proof.size as usize]);
                inclusion.push(json!({
                    "index": proof.index, "size": proof.size, "leaf": leaf,
                    "path": hexes(&proof.path), "holds": holds.is_ok(),
                }));
            }
        }
        for old in 0..=size {
            let proof = Consistency::prove(old, size, leaves.clone()).unwrap();
            for proof in consistency_variants(&proof) {
                let (old, new) = (proof.old as usize, proof.new as usize);
                let holds = proof.check(roots[old], roots[new]);
                consistency.push(json!({
                    "old": old, "new": new, "path": hexes(&proof.path), "holds": holds.is_ok(),
                }));
            }
        }
    }
    json!({
        "entries": entries.iter().map(|entry| to_hex(entry)).collect::<Vec<_>>(),
        "roots": hexes(&roots), "inclusion": inclusion, "consistency": consistency,
    })
}

/// The proof, and ones that are not.
fn inclusion_variants(proof: &Inclusion) -> Vec<(Inclusion, u64)> {
    let leaf = proof.index;
    let mut variants = vec![(proof.clone(), leaf)];
    if proof.size == 7 || proof.size == 12 {
        let change = |edit: &dyn Fn(&mut Inclusion)| {
            let mut changed = proof.clone();
            edit(&mut changed);
            changed
        };
        variants.push((change(&|proof| proof.path.push(NodeHash([1; 32]))), leaf));
        variants.push((
            change(&|proof| proof.path.truncate(proof.path.len() - 1)),
            leaf,
        ));
        variants.push((change(&|proof| proof.path[0].0[9] ^= 4), leaf));
        variants.push((change(&|proof| proof.index = (leaf + 1) % proof.size), leaf));
        variants.push((change(&|proof| proof.size += 1), leaf));
        variants.push((proof.clone(), (leaf + 1) % proof.size));
    }
    variants
}

fn consistency_variants(proof: &Consistency) -> Vec<Consistency> {
    let mut variants = vec![proof.clone()];
    if proof.new == 7 || proof.new == 12 {
        let mut longer = proof.clone();
        longer.path.push(NodeHash([1; 32]));
        let mut shorter = proof.clone();
        shorter.path.pop();
        let mut larger = proof.clone();
        larger.new += 1;
        variants.extend([longer, shorter, larger]);
    }
    variants
}

fn notes() -> Value {
    json!({"origin": ORIGIN, "keys": keys(), "checkpoints": checkpoints(), "proofs": proofs()})
}

fn keys() -> Vec<Value> {
    let good = key(1).verifier().to_string();
    let of = |name: &str, text: String| {
        let reads = VerifierKey::parse(&text).is_ok();
        json!({"name": name, "key": text, "reads": reads})
    };
    vec![
        of("good", good.clone()),
        of(
            "of the specification",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".to_owned(),
        ),
        of("without a name", good.replace(ORIGIN, "")),
        of("of another name", good.replace(ORIGIN, "other")),
        of("with a space", good.replace(ORIGIN, "a b")),
        of("cut short", good[..good.len() - 4].to_owned()),
        of("with a line end", format!("{good}\n")),
        of("in capitals", good.to_uppercase()),
        of(
            "of another kind",
            format!("{ORIGIN}+00000000+BGpjaIiKiKiKiKiKiKiKiKiKiKiKiKiKiKiKiKiKiKiK"),
        ),
        of("empty", String::new()),
    ]
}

fn checkpoints() -> Vec<Value> {
    let (ours, next, stranger) = (key(1), key(2), key(9));
    let text = Log::of(5).checkpoint(5).to_string();
    let sign = |text: &str, keys: &[&SignerKey]| {
        let mut note = Note::new(text).unwrap();
        for key in keys {
            note.sign(key);
        }
        note.to_string()
    };
    let good = sign(&text, &[&ours]);
    let one = std::slice::from_ref(&ours);
    let both = [ours.clone(), next.clone()];
    let mut cases = Vec::new();
    let mut case = |name: &str, note: &[u8], keys: &[SignerKey]| {
        let keys: Vec<VerifierKey> = keys.iter().map(SignerKey::verifier).collect();
        let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let opens = Trust::new(ORIGIN, keys).open(note).is_ok();
        cases.push(json!({
            "name": name, "note": STANDARD.encode(note), "keys": texts, "opens": opens,
        }));
    };
    case("good", good.as_bytes(), one);
    case("no trusted key", good.as_bytes(), &[]);
    case(
        "a stranger's",
        good.as_bytes(),
        std::slice::from_ref(&stranger),
    );
    case("two keys, one signature", good.as_bytes(), &both);
    let signed = |text: &str, keys: &[&SignerKey]| sign(text, keys).into_bytes();
    case("two keys", &signed(&text, &[&ours, &next]), &both);
    case(
        "a stranger beside ours",
        &signed(&text, &[&stranger, &ours]),
        one,
    );
    case("twice", &signed(&text, &[&ours, &ours]), one);
    let lines: Vec<&str> = good.lines().collect();
    let wrong = sign("other\n", &[&next]);
    let beside = format!("{good}{}\n", wrong.lines().last().unwrap());
    case("one fits, one does not", beside.as_bytes(), &both);
    case("the one that does not is unknown", beside.as_bytes(), one);
    for (name, from, to) in [
        ("another size", "\n5\n", "\n6\n"),
        ("a tab", "holdfast", "hold\tfast"),
        ("carriage returns", "\n", "\r\n"),
        ("a hyphen for the dash", "—", "-"),
        ("a hard space", "— ", "—\u{a0}"),
        ("no padding", "=", ""),
        ("no empty line", "\n\n", "\n"),
        ("two empty lines", "\n\n", "\n\n\n"),
    ] {
        case(name, good.replace(from, to).as_bytes(), one);
    }
    case("no last line end", good.trim_end().as_bytes(), one);
    case(
        "an empty line after all",
        format!("{good}\n").as_bytes(),
        one,
    );
    case("an empty note", b"", one);
    case("not UTF-8", &[good.as_bytes(), b"\xff\n"].concat(), one);
    let signature = lines.last().unwrap();
    let spaced = good.replace(*signature, &format!("{signature} "));
    case("a space after the signature", spaced.as_bytes(), one);
    for (name, text) in [
        ("no leading zero", text.replace("\n5\n", "\n05\n")),
        (
            "the largest size",
            text.replace("\n5\n", "\n9223372036854775807\n"),
        ),
        (
            "a larger size",
            text.replace("\n5\n", "\n9223372036854775808\n"),
        ),
        ("a signed size", text.replace("\n5\n", "\n+5\n")),
        ("a size in other digits", text.replace("\n5\n", "\n٥\n")),
        ("another origin", text.replace(ORIGIN, "elsewhere")),
        ("an extension", format!("{text}more\n")),
        ("an empty extension", format!("{text}\nmore\n")),
        ("two lines", text.split_inclusive('\n').take(2).collect()),
        (
            "a root of 31 bytes",
            format!("{ORIGIN}\n5\n{}\n", STANDARD.encode([1; 31])),
        ),
        (
            "trailing bits in the root",
            text.replace(&text.lines().nth(2).unwrap()[42..], "B="),
        ),
        ("no text", "\n".to_owned()),
    ] {
        case(name, &signed(&text, &[&ours]), one);
    }
    cases
}

fn proofs() -> Vec<Value> {
    let log = Log::of(11);
    let leaves = || log.events.iter().map(|event| NodeHash::leaf(&event.chain));
    let file = |index: u64| ProofFile {
        extra: (index > 0).then(|| log.events[index as usize - 1].chain.to_vec()),
        index,
        path: Inclusion::prove(index, 11, leaves()).unwrap().path,
        checkpoint: log.signed(11),
    };
    let entry = |index: usize| to_hex(&log.events[index].chain);
    let good = file(7).to_string();
    let mut cases = Vec::new();
    let mut case = |name: &str, proof: String, entry: String| {
        let trust = Trust::in_key(key(1).verifier());
        let bytes: [u8; 32] = from_hex(&entry).unwrap();
        let file = ProofFile::parse(proof.as_bytes());
        let holds = file.is_ok_and(|file| file.check(&bytes, &trust).is_ok());
        let keys = [key(1).verifier().to_string()];
        cases.push(json!({
            "name": name, "proof": proof, "entry": entry, "keys": keys, "holds": holds,
        }));
    };
    for index in [0, 7, 10] {
        case(
            &format!("of {index}"),
            file(index).to_string(),
            entry(index as usize),
        );
    }
    case("of another event", good.clone(), entry(8));
    for (name, from, to) in [
        ("at another place", "index 7", "index 8"),
        ("with a leading zero", "index 7", "index 07"),
        ("without a place", "index 7\n", ""),
        ("of another version", "@v1", "@v2"),
        ("with odd extra data", "extra ", "extra:"),
        ("without a checkpoint", "\n\n", "\n"),
        ("against another size", "\n11\n", "\n12\n"),
    ] {
        case(name, good.replace(from, to), entry(7));
    }
    let first = file(7).path[0].to_base64();
    case(
        "with a hash left out",
        good.replace(&format!("{first}\n"), ""),
        entry(7),
    );
    case(
        "with a damaged hash",
        good.replace(&first, "AAAA"),
        entry(7),
    );
    cases
}

fn report(report: &Report) -> Value {
    let findings = report.findings.iter().map(|finding| {
        json!({
            "position": finding.position, "from": finding.from, "to": finding.to,
            "fault": finding.fault.name(),
        })
    });
    json!({
        "verdict": report.verdict().to_string(), "events": report.events,
        "leaves": report.leaves, "texts": report.texts, "proven": report.proven,
        "end": report.end, "findings": findings.collect::<Vec<_>>(), "further": report.further,
    })
}

fn logs(log: &Log) -> Value {
    let genuine = log.lines();
    let mut forked = log.clone();
    forked.events[2].tenant.push('x');
    forked.chain_from(2);
    let kept = [
        ("at 0", 0),
        ("at 5", 5),
        ("at 8", 8),
        ("at 13", 13),
        ("at 14", 14),
    ];
    let mut checkpoints: Vec<(&str, String)> =
        kept.map(|(name, size)| (name, log.signed(size))).to_vec();
    checkpoints.push(("of a fork at 6", forked.signed(6)));
    let trust = support::trust();
    let mut cases = Vec::new();
    let mut case = |name: &str, lines: Vec<String>, held: &[&str]| {
        let opened = held.iter().map(|name| {
            let (_, note) = checkpoints.iter().find(|(kept, _)| kept == name).unwrap();
            trust.open(note.as_bytes()).unwrap()
        });
        let outcome = verify(&lines, opened.collect());
        // A line of the genuine export stands as its number.
        let short = lines.iter().map(|line| {
            let place = genuine.iter().position(|other| other == line);
            place.map_or_else(|| json!(line), |place| json!(place))
        });
        cases.push(json!({
            "name": name, "lines": short.collect::<Vec<_>>(), "checkpoints": held,
            "report": report(&outcome),
        }));
    };
    for held in [
        &[][..],
        &["at 0"],
        &["at 8"],
        &["at 14"],
        &["at 13", "at 5"],
    ] {
        case("untouched", genuine.clone(), held);
    }
    case(
        "untouched, with a fork",
        genuine.clone(),
        &["at 14", "of a fork at 6"],
    );
    case("nothing", Vec::new(), &["at 0"]);
    case("nothing, and more was signed", Vec::new(), &["at 5"]);
    for (name, tampered) in tampered(log).into_iter().chain(tampered_beside(log)) {
        for held in [&[][..], &["at 13"], &["at 5", "at 8", "at 14"]] {
            case(name, tampered.lines(), held);
        }
    }
    for (name, lines) in damaged(&genuine) {
        case(name, lines, &["at 5", "at 13"]);
    }
    json!({
        "origin": ORIGIN, "key": key(1).verifier().to_string(),
        "checkpoints": checkpoints.iter().map(|(name, note)| ((*name).to_owned(), json!(note))).collect::<serde_json::Map<_, _>>(),
        "cases": cases,
    })
}

fn with(log: &Log, edit: impl Fn(&mut Log)) -> Log {
    let mut log = log.clone();
    edit(&mut log);
    log
}

/// One log for each kind of tampering with rows.
fn tampered(log: &Log) -> Vec<(&'static str, Log)> {
    vec![
        (
            "payload edited",
            with(log, |log| log.events[6].payload.push(' ')),
        ),
        (
            "edited, own hash anew",
            with(log, |log| {
                log.events[6].payload.push(' ');
                log.chain_at(6);
            }),
        ),
        (
            "edited, all hashes anew",
            with(log, |log| {
                log.events[6].payload.push(' ');
                log.chain_from(6);
            }),
        ),
        ("hash edited", with(log, |log| log.events[9].chain[0] ^= 1)),
        (
            "null for empty",
            with(log, |log| log.events[3].causation = Some(String::new())),
        ),
        (
            "event id edited",
            with(log, |log| log.events[11].event_id[0] ^= 1),
        ),
        ("deleted", with(log, |log| drop(log.events.remove(5)))),
        (
            "deleted and renumbered",
            with(log, |log| {
                log.events.remove(5);
                for place in 5..log.events.len() {
                    log.events[place].position = place as u64;
                }
                log.chain_from(5);
            }),
        ),
        ("swapped", with(log, |log| log.events.swap(8, 9))),
        (
            "repeated",
            with(log, |log| {
                let again = log.events[7].clone();
                log.events.insert(9, again);
            }),
        ),
        (
            "inserted",
            with(log, |log| {
                let mut forged = log.events[3].clone();
                forged.event_type.replace_range(.., "CaseClosed");
                log.events.insert(3, forged);
            }),
        ),
        ("truncated", with(log, |log| log.events.truncate(10))),
        (
            "first row deleted",
            with(log, |log| drop(log.events.remove(0))),
        ),
    ]
}

/// One log for each kind of tampering with what stands beside the rows.
fn tampered_beside(log: &Log) -> Vec<(&'static str, Log)> {
    vec![
        (
            "leaf edited",
            with(log, |log| {
                log.events[7].leaves.as_mut().unwrap()[0].outcome.push('x');
            }),
        ),
        (
            "leaf without its text",
            with(log, |log| {
                log.events[7].leaves.as_mut().unwrap()[0].content = None;
            }),
        ),
        (
            "leaf deleted",
            with(log, |log| {
                drop(log.events[7].leaves.as_mut().unwrap().pop());
            }),
        ),
        (
            "leaves deleted",
            with(log, |log| log.events[7].leaves = None),
        ),
        (
            "leaves where none belong",
            with(log, |log| log.events[6].leaves = Some(Vec::new())),
        ),
        ("text edited", with(log, |log| log.texts[2].sealed.push(0))),
        (
            "text of another time",
            with(log, |log| log.texts[2].recorded_at -= 1),
        ),
        (
            "text deleted, as when its time is over",
            with(log, |log| drop(log.texts.remove(2))),
        ),
        (
            "batch of an unknown version",
            with(log, |log| {
                log.events[7].type_version = 2;
                log.chain_from(7);
            }),
        ),
        (
            "batch that does not read",
            with(log, |log| {
                log.events[7].payload.replace_range(.., "{\"count\":4}");
                log.chain_from(7);
            }),
        ),
    ]
}

/// One export for each kind of damage to a line that leaves no row.
fn damaged(genuine: &[String]) -> Vec<(&'static str, Vec<String>)> {
    let line = genuine[6].as_str();
    let fields = &line["{\"event\":{".len()..line.len() - 2];
    let swaps = [
        ("position as a float", "\"position\":6", "\"position\":6.0"),
        ("position as text", "\"position\":6", "\"position\":\"6\""),
        ("minus zero", "\"type_version\":1", "\"type_version\":-0"),
        (
            "too large a number",
            "\"type_version\":1",
            "\"type_version\":65536",
        ),
        (
            "a boolean for a number",
            "\"type_version\":1",
            "\"type_version\":true",
        ),
        ("an unknown field", "\"tenant\"", "\"more\":1,\"tenant\""),
        ("a field twice", "\"tenant\"", "\"version\":2,\"tenant\""),
        ("a field missing", "\"tenant\":\"default\",", ""),
        (
            "a null too many",
            "\"tenant\":\"default\"",
            "\"tenant\":null",
        ),
        ("half a surrogate pair", "default", "\\ud800"),
        (
            "an escaped letter, which says the same",
            "default",
            "\\u0064efault",
        ),
        ("an escaped zero", "default", "\\u0000"),
        ("another kind of line", "\"event\"", "\"events\""),
        ("a second key", "{\"event\"", "{\"text\":{},\"event\""),
        ("spaces, which say the same", "\"event\":", " \"event\" : "),
        ("capitals in a hash", "\"chain\":\"", "\"chain\":\"F"),
        ("a number that is none", "\"version\":2", "\"version\":NaN"),
        ("a byte order mark", "{\"event\"", "\u{feff}{\"event\""),
        (
            "no correlation, which says the same",
            "\"correlation\":null,",
            "",
        ),
        ("words after the end", "\"}}", "\"}} x"),
    ];
    let replaced = |with: String| {
        let mut lines = genuine.to_vec();
        lines[6] = with;
        lines
    };
    let mut cases: Vec<_> = swaps
        .iter()
        .map(|(name, from, to)| {
            assert!(line.contains(from), "{from}");
            (*name, replaced(line.replacen(from, to, 1)))
        })
        .collect();
    cases.push(("no line", replaced(String::new())));
    cases.push(("half a line", replaced(line[..line.len() / 2].to_owned())));
    cases.push((
        "a list for an object",
        replaced(format!("{{\"event\":[{fields}]}}")),
    ));
    let values: Value = serde_json::from_str(line).unwrap();
    let values: Vec<&Value> = values["event"].as_object().unwrap().values().collect();
    cases.push((
        "a list of the fields",
        replaced(json!({"event": values}).to_string()),
    ));
    cases.push(("brackets", replaced("[".repeat(5000))));
    let mut junk = genuine.to_vec();
    junk.insert(6, "junk".to_owned());
    cases.push(("a line of junk between two", junk));
    cases
}
