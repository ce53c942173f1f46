//! `holdfast model list`.

use std::process::ExitCode;

use clap::Args;
use holdfast_domain::event::ReleasedModel;
use holdfast_domain::{Prose, TenantId};
use holdfast_event_store::{Opened, ProseContext};
use serde::Serialize;
use serde_json::json;

use super::{Global, Tools, moment, say};
use crate::in_service::{self, Change, Model, OnShelf, Record, in_service, on_shelf};

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// For programs.
    #[arg(long)]
    json: bool,
}

/// A version in the models' folder.
#[derive(Debug, Serialize)]
struct Listed {
    classifier: &'static str,
    version: String,
    /// What assessments call it; none where it cannot be used.
    known_as: Option<String>,
    /// Whether every file is what was released; why not where it is not.
    fault: Option<String>,
    /// Why it reads in service, where it does.
    live: Option<&'static str>,
    shadow: bool,
    promoted_at: Option<String>,
}

/// A promotion or demotion.
#[derive(Debug, Serialize)]
struct Recorded {
    at: String,
    what: &'static str,
    classifier: &'static str,
    from: ReleasedModel,
    to: ReleasedModel,
    by: serde_json::Value,
    because: String,
}

pub(super) async fn run(global: &Global, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let tools = Tools::open(global).await?;
    let record = tools.promotions().record().await?;
    let (mut found, mut history) = (Vec::new(), Vec::new());
    for model in Model::ALL {
        found.extend(list(&tools, model, &record)?);
        for change in record.of(model).changes() {
            history.push(recorded(&tools, model, change).await?);
        }
    }
    if args.json {
        let all = json!({ "versions": found, "record": history });
        say(format!("{all:#}"));
    } else {
        found.iter().for_each(tell);
        history.iter().for_each(tell_change);
    }
    let whole = found.iter().all(|one| one.fault.is_none());
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn list(tools: &Tools, model: Model, record: &Record) -> anyhow::Result<Vec<Listed>> {
    let config = &tools.config.classifiers;
    let live = in_service(config, model, record)?;
    let mut decided = config.clone();
    if let Some((version, _)) = &live {
        model.set(&mut decided, version);
    }
    let shadow = in_service::watched(&decided, model)?;
    let mut found = on_shelf(config, model)?;
    let wanted = live.iter().map(|(version, _)| version).chain(&shadow);
    for version in wanted {
        if !found.iter().any(|one| one.version == *version) {
            found.push(OnShelf {
                version: version.clone(),
                model: Err(anyhow::anyhow!("it is not in the models' folder")),
            });
        }
    }
    let trail = record.of(model);
    let listed = found.into_iter().map(|one| {
        let because = live.as_ref().filter(|(version, _)| *version == one.version);
        let (known_as, fault) = match changed_since(&one, trail.in_force()) {
            Ok(known_as) => (Some(known_as), None),
            Err(fault) => (None, Some(fault)),
        };
        Listed {
            classifier: model.as_str(),
            known_as,
            fault,
            live: because.map(|(_, because)| because.words()),
            shadow: shadow.as_ref() == Some(&one.version),
            promoted_at: trail.promoted_at(&one.version).map(moment),
            version: one.version,
        }
    });
    Ok(listed.collect())
}

/// What assessments call it, or why it cannot be used.
fn changed_since(found: &OnShelf, promoted: Option<&ReleasedModel>) -> Result<String, String> {
    let model = match &found.model {
        Ok(model) => model,
        Err(error) => return Err(format!("{error:#}")),
    };
    match promoted {
        Some(promoted) if promoted.version == model.version && promoted != model => Err(format!(
            "it is not what was promoted: its manifest has digest {}, recorded is {}",
            model.digest, promoted.digest
        )),
        _ => Ok(model.known_as.clone()),
    }
}

async fn recorded(tools: &Tools, model: Model, change: &Change) -> anyhow::Result<Recorded> {
    use holdfast_domain::ModerationEvent as E;
    let envelope = &change.envelope;
    let reason = match &envelope.event {
        E::ModelPromoted(event) => Some(&event.reason),
        E::ModelDemoted(event) => Some(&event.reason),
        _ => None,
    };
    let because = match reason {
        Some(Prose::Sealed(sealed)) => {
            let context = ProseContext {
                tenant: &TenantId::default(),
                stream: &envelope.stream,
                event_type: envelope.event.event_type(),
                field: "reason",
            };
            match tools.store.open(&context, sealed).await? {
                Opened::Text(text) => text.reveal().clone(),
                Opened::Erased => String::new(),
            }
        }
        Some(Prose::Clear { text, .. }) => text.reveal().clone(),
        None => String::new(),
    };
    Ok(Recorded {
        at: moment(envelope.recorded_at),
        what: if change.promoted {
            "promoted"
        } else {
            "demoted"
        },
        classifier: model.as_str(),
        from: change.from.clone(),
        to: change.to.clone(),
        by: json!(envelope.actor),
        because,
    })
}

fn tell(listed: &Listed) {
    let mut notes: Vec<String> = Vec::new();
    if let Some(because) = listed.live {
        notes.push(format!("live ({because})"));
    }
    if listed.shadow {
        notes.push("shadow".to_owned());
    }
    if let Some(at) = &listed.promoted_at {
        notes.push(format!("promoted {at}"));
    }
    let state = match &listed.fault {
        None => "digests ok".to_owned(),
        Some(fault) => format!("CANNOT BE USED: {fault}"),
    };
    say(format!(
        "{:<8} {:<16} {state:<10}  {}",
        listed.classifier,
        listed.version,
        notes.join(", ")
    ));
}

fn tell_change(change: &Recorded) {
    say(format!(
        "{}  {} {} {}: {} → {}, because {}",
        change.at,
        change.by["kind"].as_str().unwrap_or_default(),
        change.what,
        change.classifier,
        change.from.version,
        change.to.version,
        change.because
    ));
}
