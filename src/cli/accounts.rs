//! `holdfast user` and `holdfast token`.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use holdfast_domain::{CommunityId, Role, Sensitive, SignalKind, TenantId};
use holdfast_event_store::{Grant, GrantedRole, TokenLimits, TokenScope};
use holdfast_review_queue::auth::{ListedUser, NewPerson, NewTokenFor, Users};

use super::{Global, say};
use crate::system;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Adds somebody. Asks for a password, or reads it from standard input.
    Add {
        /// The name to sign in with.
        name: String,
        /// The name shown to colleagues; the sign-in name where it is left out.
        #[arg(long = "name", value_name = "NAME")]
        display_name: Option<String>,
        /// A role to begin with, everywhere. Grant narrower ones with `grant`.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// For accounts that only use tokens.
        #[arg(long)]
        no_password: bool,
    },
    /// Lists users and what they were granted.
    List,
    /// Sets a password.
    Passwd {
        /// Whose.
        name: String,
    },
    /// Grants a role.
    Grant(GrantArgs),
    /// Takes a role back.
    Revoke(GrantArgs),
    /// Says which member of a platform the user is: they neither read nor decide cases about
    /// themselves.
    Link {
        /// The user.
        name: String,
        /// The platform's pseudonym of the member.
        pseudonym: String,
    },
    /// Locks somebody out, at once.
    Disable {
        /// Whom.
        name: String,
    },
    /// Lets somebody in again.
    Enable {
        /// Whom.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    /// The user.
    name: String,
    /// The role.
    #[arg(long, value_parser = role)]
    role: Role,
    /// In this community only.
    #[arg(long)]
    community: Option<String>,
    /// For this signal only: crisis, harassment or stigma.
    #[arg(long, value_parser = signal)]
    signal: Option<SignalKind>,
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Issues a token and prints it, this once.
    Issue {
        /// The user that it acts for.
        name: String,
        /// What it is for; for an integrator the name of its platform.
        #[arg(long)]
        label: String,
        /// Days that it counts; without them, until revoked.
        #[arg(long)]
        days: Option<u64>,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Ends a token.
    Revoke {
        /// The user.
        name: String,
        /// What it was for.
        #[arg(long)]
        label: String,
    },
}

/// What a token may do less than its user; it never does more.
#[derive(Debug, Args)]
pub(super) struct LimitArgs {
    /// What it may do: read (queue and cases, texts masked), reveal (masked texts), write (commands
    /// about cases), send (posts and reports), score (texts that are no posts). Repeat it or put
    /// commas; without it, all that the user may.
    #[arg(long, value_parser = scope, value_delimiter = ',')]
    scope: Vec<TokenScope>,
    /// In this community only. May be repeated.
    #[arg(long)]
    community: Vec<String>,
    /// For this signal only: crisis, harassment or stigma. May be repeated.
    #[arg(long, value_parser = signal)]
    signal: Vec<SignalKind>,
}

pub(super) async fn user(global: &Global, command: &UserCommand) -> anyhow::Result<ExitCode> {
    let (users, tenant) = open(global).await?;
    match command {
        UserCommand::Add {
            name,
            display_name,
            role,
            no_password,
        } => {
            let password = if *no_password {
                None
            } else {
                Some(ask_password()?)
            };
            let display_name = display_name.clone().unwrap_or_else(|| name.clone());
            let person = NewPerson {
                tenant: tenant.clone(),
                name: name.clone(),
                display_name,
                password,
            };
            users.add(&person).await?;
            if let Some(role) = role {
                let granted = GrantedRole {
                    role: *role,
                    on: Grant::ALL,
                };
                users.grant(&tenant, name, &granted).await?;
            }
            say(format!("{name} was added"));
        }
        UserCommand::List => users
            .list(&tenant)
            .await?
            .iter()
            .for_each(|user| say(line(user))),
        UserCommand::Passwd { name } => {
            users.set_password(&tenant, name, &ask_password()?).await?;
            say("the password was changed");
        }
        UserCommand::Grant(args) => {
            users.grant(&tenant, &args.name, &args.granted()?).await?;
            say(format!("{} is {}", args.name, args.role));
        }
        UserCommand::Revoke(args) => {
            users.revoke(&tenant, &args.name, &args.granted()?).await?;
            say(format!("{} is {} no more", args.name, args.role));
        }
        UserCommand::Link { name, pseudonym } => {
            let count = users
                .link(&tenant, name, Sensitive::new(pseudonym.clone()))
                .await?;
            say(format!("{name} is linked to {count} member accounts"));
        }
        UserCommand::Disable { name } | UserCommand::Enable { name } => {
            let disabled = matches!(command, UserCommand::Disable { .. });
            users.set_disabled(&tenant, name, disabled).await?;
            say(format!(
                "{name} is {}",
                if disabled {
                    "locked out"
                } else {
                    "let in again"
                }
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn token(global: &Global, command: &TokenCommand) -> anyhow::Result<ExitCode> {
    let (users, tenant) = open(global).await?;
    match command {
        TokenCommand::Issue {
            name,
            label,
            days,
            limits,
        } => {
            let new = NewTokenFor {
                name,
                label,
                lives: days.map(|days| Duration::from_hours(24 * days)),
                limits: limits.limits()?,
            };
            let token = users.issue_token(&tenant, &new).await?;
            say(token.reveal());
        }
        TokenCommand::Revoke { name, label } => {
            let had = users.revoke_token(&tenant, name, label).await?;
            say(if had {
                "the token was ended"
            } else {
                "there is no such token"
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(global: &Global) -> anyhow::Result<(Users, TenantId)> {
    let config = global.load()?;
    let clock = system::clock();
    let store = holdfast_event_store::connect(&config.store, clock.clone()).await?;
    Ok((
        crate::wiring::users(&store, clock, system::ids()),
        config.review.tenant,
    ))
}

impl GrantArgs {
    fn granted(&self) -> anyhow::Result<GrantedRole> {
        let community = self.community.clone().map(CommunityId::new).transpose()?;
        Ok(GrantedRole {
            role: self.role,
            on: Grant {
                community,
                signal: self.signal,
            },
        })
    }
}

impl LimitArgs {
    fn limits(&self) -> anyhow::Result<TokenLimits> {
        let communities = self.community.iter().map(CommunityId::new);
        let communities = communities.collect::<Result<Vec<_>, _>>()?;
        Ok(TokenLimits {
            scopes: some(self.scope.clone()),
            communities: some(communities),
            signals: some(self.signal.clone()),
        })
    }
}

fn some<T>(named: Vec<T>) -> Option<Vec<T>> {
    (!named.is_empty()).then_some(named)
}

/// From the terminal with a prompt, from a pipe without one.
fn ask_password() -> anyhow::Result<Sensitive<String>> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        say("password (shown as you type):");
    }
    let mut line = String::new();
    stdin
        .lock()
        .read_line(&mut line)
        .context("no password was given on standard input")?;
    Ok(Sensitive::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn line(listed: &ListedUser) -> String {
    let grant = |granted: &GrantedRole| {
        let community = granted
            .on
            .community
            .as_ref()
            .map_or("everywhere", CommunityId::as_str);
        let signal = granted.on.signal.map_or("all signals", SignalKind::as_str);
        format!("{} ({community}, {signal})", granted.role)
    };
    let grants: Vec<_> = listed.grants.iter().map(grant).collect();
    let locked = if listed.user.disabled {
        "  locked out"
    } else {
        ""
    };
    format!(
        "{:<20} {:<24} {}{locked}",
        listed.user.name,
        listed.user.display_name,
        grants.join(", ")
    )
}

fn role(name: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(name).ok_or_else(|| format!("roles are {}", known()))
}

fn scope(name: &str) -> Result<TokenScope, String> {
    let known = || TokenScope::ALL.map(TokenScope::as_str).join(", ");
    TokenScope::parse(name).ok_or_else(|| format!("scopes are {}", known()))
}

fn signal(name: &str) -> Result<SignalKind, String> {
    let found = SignalKind::ALL
        .into_iter()
        .find(|signal| signal.as_str() == name);
    found.ok_or_else(|| "signals are crisis, harassment and stigma".to_owned())
}
