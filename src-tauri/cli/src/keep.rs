//! How long finished applications stay on this computer.

use std::io::IsTerminal as _;

use clap::Args;
use kabinet_desk::{Code, Outcome};

use crate::commands::{Call, confirmed};

#[derive(Args)]
pub(crate) struct KeepArguments {
    /// Years after its end, 1 to 100, or `all`; without it, how it is set and what leaves soon
    #[arg(value_parser = period, value_name = "YEARS|all")]
    period: Option<Period>,
    /// Only list what would leave now
    #[arg(long, requires = "period")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// So many years, or for ever.
#[derive(Clone, Copy)]
struct Period(Option<u32>);

fn period(text: &str) -> Result<Period, String> {
    if text == "all" {
        return Ok(Period(None));
    }
    let years = text.parse().map_err(|_| "a number of years, or all")?;
    if (1..=100).contains(&years) {
        Ok(Period(Some(years)))
    } else {
        Err("from 1 to 100 years, or all".to_owned())
    }
}

pub(crate) fn run(call: &Call, arguments: &KeepArguments) -> Outcome {
    call.unlock()?;
    let Some(Period(years)) = arguments.period else {
        call.show.retention(&call.desk.retention()?);
        return Ok(());
    };
    let plan = call.desk.retention_plan(years)?;
    if arguments.dry_run {
        call.show.retention_plan(&plan);
        return Ok(());
    }
    if plan.applications > 0 && !arguments.yes {
        if !call.show.json {
            call.show.retention_plan(&plan);
        }
        if !std::io::stdin().is_terminal() || !confirmed()? {
            return Err(Code::Cancelled.into());
        }
    }
    call.show.retention(&call.desk.keep_for(years)?);
    Ok(())
}
