//! The sandbox portal as a program.

mod levers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use sandbox_portal::Problem;
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::faults::Fault;
use sandbox_portal::operator::Act;
use sandbox_portal::portal::Portal;

/// A portal, identity service and certification authority for tests.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the authorities, the cards and the trust anchors; changes nothing that is there.
    Personalise {
        /// Folder of the sandbox.
        #[arg(long)]
        data: PathBuf,
        /// Address at which it will be served; the certificates name it as the place where it is told
        /// who was revoked.
        #[arg(long, value_name = "URL")]
        services: Option<String>,
    },
    /// Answers requests until it is killed. Says its address on the first line.
    Serve {
        /// Folder of the sandbox.
        #[arg(long)]
        data: PathBuf,
        /// Address to listen at; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
        /// What kind of terminal the identity service shows to cards.
        #[arg(long, value_enum, default_value_t = TerminalKind::Valid)]
        terminal: TerminalKind,
    },
    /// Describes what it speaks: OpenAPI 3.1.
    Describe,
    /// Lets a portal that runs misbehave.
    Fault {
        /// Address of the portal, as it said on its first line.
        #[arg(long)]
        url: String,
        #[command(subcommand)]
        command: Faults,
    },
    /// Limits the octets of each person's uploads at a portal that runs; without a number nothing does.
    Quota {
        /// Address of the portal, as it said on its first line.
        #[arg(long)]
        url: String,
        /// All uploads of a person together.
        octets: Option<u64>,
    },
    /// Does what an official would, at a portal that runs.
    Operate {
        /// Address of the portal, as it said on its first line.
        #[arg(long)]
        url: String,
        #[command(subcommand)]
        command: Operate,
    },
}

#[derive(Subcommand)]
enum Faults {
    /// Misbehaves with the next requests.
    Add(Fault),
    /// What is still to come.
    List,
    /// Ends all misbehaviour.
    Clear,
}

#[derive(Subcommand)]
enum Operate {
    /// All applications.
    List,
    /// Moves an application along.
    Act {
        /// Its identifier.
        application: String,
        #[command(subcommand)]
        act: Act,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Personalise { data, services } => match services {
            Some(address) => sandbox_portal::personalise_with(&data, &address),
            None => sandbox_portal::personalise(&data),
        },
        Command::Serve {
            data,
            listen,
            terminal,
        } => serve(&data, &listen, terminal),
        Command::Describe => {
            println!("{:#}", sandbox_portal::schema::document());
            Ok(())
        }
        Command::Fault { url, command } => misbehave(&url, &command),
        Command::Quota { url, octets } => {
            let order = serde_json::json!({ "octets": octets }).to_string();
            told(&url, "POST", "/sandbox/quota", &order)
        }
        Command::Operate { url, command } => operate(&url, &command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("sandbox-portal: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn misbehave(url: &str, command: &Faults) -> Result<(), Problem> {
    let path = "/sandbox/faults";
    match command {
        Faults::Add(fault) => told(url, "POST", path, &serde_json::to_string(fault)?),
        Faults::List => told(url, "GET", path, ""),
        Faults::Clear => told(url, "DELETE", path, ""),
    }
}

/// Prints what the lever answers.
fn told(url: &str, method: &str, path: &str, body: &str) -> Result<(), Problem> {
    println!("{}", levers::request(url, method, path, body)?);
    Ok(())
}

fn operate(url: &str, command: &Operate) -> Result<(), Problem> {
    match command {
        Operate::List => told(url, "GET", "/sandbox/applications", ""),
        Operate::Act { application, act } => {
            let mut order = serde_json::to_value(act)?;
            order["application"] = application.as_str().into();
            told(url, "POST", "/sandbox/operate", &order.to_string())
        }
    }
}

fn serve(data: &Path, listen: &str, terminal: TerminalKind) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let portal = Portal::open(data, url.clone(), terminal)?;
        println!("{}", serde_json::json!({ "url": url }));
        let never = sandbox_portal::serve::serve(Arc::new(portal), listener).await?;
        match never {}
    })
}
