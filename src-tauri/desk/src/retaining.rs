//! Journey J13: how long finished applications stay on this computer, with their messages and
//! documents. Drafts, what waits and what is not decided stay in any case, and the portal keeps what
//! it has.

use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp};
use kabinet_records::{Application, form};

use crate::problem::{Code, Problem};
use crate::view::{LeavingView, RetentionPlanView, RetentionView};
use crate::{Desk, Outcome};

/// Most years that can be set: a human life.
const MOST_YEARS: u32 = 100;
/// What leaves within this time is told before.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Applications that are listed by name.
const LISTED: usize = 100;
/// Applications that leave in one transaction, so that nobody waits long for the store.
const BATCH: usize = 200;

impl Desk {
    /// How long finished applications stay here, and what leaves soon.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn retention(&self) -> Outcome<RetentionView> {
        let years = self.with_store(|store| Ok(store.retention()?))?;
        let soon = match years {
            Some(years) => {
                let at = moment(
                    self.now().saturating_add(AHEAD).unwrap_or(Timestamp::MAX),
                    years,
                )?;
                self.with_store(|store| Ok(store.applications_over(at, LISTED)?))?
            }
            None => Vec::new(),
        };
        Ok(RetentionView {
            years,
            away: self.with_store(|store| Ok(store.let_go_count()?))?,
            soon: self.views_of_leaving(soon),
        })
    }

    /// What would leave if applications stayed so many years after their end; nothing for ever.
    ///
    /// # Errors
    /// `usage` for no or more than 100 years; `no_store`, `store_locked`.
    pub fn retention_plan(&self, years: Option<u32>) -> Outcome<RetentionPlanView> {
        let Some(at) = self.moment_of(years)? else {
            return Ok(RetentionPlanView {
                years,
                applications: 0,
                messages: 0,
                documents: 0,
                list: Vec::new(),
            });
        };
        let (over, list) =
            self.with_store(|store| Ok((store.over(at)?, store.applications_over(at, LISTED)?)))?;
        Ok(RetentionPlanView {
            years,
            applications: over.applications,
            messages: over.messages,
            documents: over.documents,
            list: self.views_of_leaving(list),
        })
    }

    /// Keeps applications so many years after their end from now on, or for ever. What is over leaves
    /// at once, and later with each pass; what left and is not over any more comes with the next one.
    ///
    /// # Errors
    /// As [`Desk::retention_plan`]; what keeps the store from writing.
    pub fn keep_for(&self, years: Option<u32>) -> Outcome<RetentionView> {
        let at = self.moment_of(years)?;
        self.with_store(|store| Ok(store.set_retention(years, at)?))?;
        self.let_go()?;
        self.retention()
    }

    /// Lets go what is over. Only after a pass, whose connection has shown that this computer's clock
    /// is about right: with a wrong one everything would seem to be over.
    pub(crate) fn let_go(&self) -> Outcome {
        let years = self.with_store(|store| Ok(store.retention()?))?;
        let Some(at) = self.moment_of(years)? else {
            return Ok(());
        };
        while self.with_store(|store| Ok(store.let_go(at, BATCH)?))? == BATCH {}
        Ok(())
    }

    /// The moment before which what has ended is over.
    fn moment_of(&self, years: Option<u32>) -> Outcome<Option<Timestamp>> {
        years.map(|years| moment(self.now(), years)).transpose()
    }

    fn views_of_leaving(&self, applications: Vec<Application>) -> Vec<LeavingView> {
        let ended: Vec<Timestamp> = applications
            .iter()
            .map(|one| {
                one.history
                    .last()
                    .map_or(one.submitted_at, |event| event.at)
            })
            .collect();
        self.views_of_applications(applications)
            .into_iter()
            .zip(ended)
            .map(|(one, ended)| LeavingView {
                id: one.id,
                title: one.title,
                registration_number: one.registration_number,
                ended_on: form::day_in_belarus(ended).to_string(),
            })
            .collect()
    }
}

fn moment(now: Timestamp, years: u32) -> Outcome<Timestamp> {
    if !(1..=MOST_YEARS).contains(&years) {
        return Err(Problem::new(Code::Usage).with("reason", "years"));
    }
    Offset::UTC
        .to_datetime(now)
        .checked_sub(Span::new().years(years))
        .and_then(|moment| Offset::UTC.to_timestamp(moment))
        .map_err(|error| Problem::new(Code::Internal).because(error))
}
