//! The proxy between this computer and the portal.

use clap::{Subcommand, ValueEnum};
use kabinet_desk::view::{ProxyKindView, ProxyModeView};
use kabinet_desk::{Code, Outcome, Problem, ProxySettings};

use crate::commands::Call;
use crate::secrets::Kind;

#[derive(Subcommand)]
pub(crate) enum ProxyCommand {
    /// Which proxy is used
    Show,
    /// As the system is set
    System,
    /// None
    None,
    /// Whichever a script for automatic configuration (PAC) names
    Automatic {
        /// URL of the script: https:, http: or file:
        address: String,
    },
    /// This one
    Set {
        /// HOST:PORT
        address: String,
        /// How it is spoken to
        #[arg(long, value_enum, default_value = "http")]
        kind: ProxyKind,
        /// The user; the password (proxy_password) is kept in the system's key store, or else not at all
        #[arg(long)]
        user: Option<String>,
    },
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ProxyKind {
    /// HTTP CONNECT
    Http,
    /// HTTP CONNECT over TLS
    Https,
    /// SOCKS 5
    Socks5,
}

pub(crate) fn run(call: &Call, command: ProxyCommand) -> Outcome {
    let mode = |mode| ProxySettings {
        mode,
        ..ProxySettings::default()
    };
    let (settings, password) = match command {
        ProxyCommand::Show => {
            call.show.proxy(&call.desk.proxy());
            return Ok(());
        }
        ProxyCommand::System => (mode(ProxyModeView::System), None),
        ProxyCommand::None => (mode(ProxyModeView::None), None),
        ProxyCommand::Automatic { address } => {
            let settings = ProxySettings {
                script: address,
                ..mode(ProxyModeView::Automatic)
            };
            (settings, None)
        }
        ProxyCommand::Set {
            address,
            kind,
            user,
        } => {
            let usage = || Problem::new(Code::ProxyAddress);
            let (host, port) = address.rsplit_once(':').ok_or_else(usage)?;
            let settings = ProxySettings {
                mode: ProxyModeView::Manual,
                kind: match kind {
                    ProxyKind::Http => ProxyKindView::Http,
                    ProxyKind::Https => ProxyKindView::Https,
                    ProxyKind::Socks5 => ProxyKindView::Socks5,
                },
                host: host.to_owned(),
                port: port.parse().map_err(|_| usage())?,
                user,
                script: String::new(),
            };
            call.desk.check_proxy(&settings)?;
            let password = match settings.user {
                Some(_) => Some(
                    call.secrets
                        .ask(Kind::ProxyPassword, &call.show.say("proxy-password"))?,
                ),
                None => None,
            };
            (settings, password)
        }
    };
    call.show.proxy(&call.desk.keep_proxy(settings, password)?);
    Ok(())
}
