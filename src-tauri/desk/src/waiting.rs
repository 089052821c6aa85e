//! Journey J8: what waits to leave, and why it waits. The store keeps what the last try said; everything
//! else follows from how things are now.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_cache::{OutboxItem, OutboxKind};
use kabinet_portal::RefusedReason;
use kabinet_records::LetterKind;
use uuid::Uuid;

use crate::applying::{read, read_letter};
use crate::carrying;
use crate::problem::{Code, Problem};
use crate::speech::{self, each};
use crate::view::{
    Language, OutboxItemView, OutboxReasonKindView as Kind, OutboxReasonView, OutboxStateView,
    TextView,
};
use crate::{Desk, Outcome, attaching, syncing};

/// Reason of a failure after which the portal asked to be left alone.
const ASKED: &str = "retry_after";

impl Desk {
    /// What waits, the oldest first.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn outbox(&self) -> Outcome<Vec<OutboxItemView>> {
        let items = self.with_store(|store| Ok(store.outbox()?))?;
        let places = 0..items.len();
        places.map(|at| self.view_at(&items, at)).collect()
    }

    /// One of those that waited, as they were read: it may have left since.
    pub(crate) fn view_among(&self, items: &[OutboxItem], id: Uuid) -> Outcome<OutboxItemView> {
        let at = items.iter().position(|item| item.id == id);
        self.view_at(items, at.ok_or(Code::OutboxNotFound)?)
    }

    pub(crate) fn view_at(&self, items: &[OutboxItem], at: usize) -> Outcome<OutboxItemView> {
        let item = items.get(at).ok_or(Code::OutboxNotFound)?;
        let upload = self.uploads.of(item.id);
        let procedure_id = self.procedure_of_item(item)?;
        let files = match item.kind {
            OutboxKind::Application => read(&item.manifest)?.attachments,
            OutboxKind::Letter(_) => read_letter(&item.manifest)?.attachments,
        };
        let reason = self.reason(items, at, upload.is_some())?;
        // Of what waits for something else the time tells nothing.
        let is_tried = matches!(reason.kind, Kind::Network | Kind::PortalPause | Kind::Retry);
        let waits = is_tried && item.next_try_at > item.signed_at;
        Ok(OutboxItemView {
            id: item.id.to_string(),
            kind: kind_name(item.kind).to_owned(),
            application_id: item.application.map(|id| id.to_string()),
            title: self.title_of(&procedure_id),
            procedure_id,
            signed_at: item.signed_at.to_string(),
            state: if item.refused {
                OutboxStateView::Refused
            } else if item.paused {
                OutboxStateView::Paused
            } else if upload.is_some() {
                OutboxStateView::Uploading
            } else {
                OutboxStateView::Waiting
            },
            reason,
            tries: item.tries,
            last_problem: item
                .problem
                .as_deref()
                .map(|problem| self.sentence(problem)),
            next_try_at: waits.then(|| item.next_try_at.to_string()),
            attachments: attaching::views(&files),
            can_take_back: item.refused || !item.offered,
            upload,
        })
    }

    fn procedure_of_item(&self, item: &OutboxItem) -> Outcome<String> {
        match item.kind {
            OutboxKind::Application => Ok(read(&item.manifest)?.procedure.id),
            OutboxKind::Letter(_) => self.procedure_of(item.application),
        }
    }

    /// Why it waits: of several reasons the one that the others wait for.
    fn reason(&self, items: &[OutboxItem], at: usize, is_sent: bool) -> Outcome<OutboxReasonView> {
        let item = items.get(at).ok_or(Code::OutboxNotFound)?;
        let kept = item.problem.as_deref().map(Kept::read);
        if item.refused {
            return self.refused(item, kept);
        }
        if item.paused {
            return Ok(plain(Kind::Person, "why-person"));
        }
        if is_sent {
            return Ok(plain(Kind::Upload, "why-upload"));
        }
        let is_there = |id| items.iter().any(|other| other.id == id);
        if let Some(ahead) = ahead(items, at, is_there) {
            return self.behind(ahead);
        }
        let (writable, session) =
            self.with_store(|store| Ok((!store.is_read_only(), store.session()?.is_some())))?;
        if !writable {
            return Ok(plain(Kind::Disk, "why-disk"));
        }
        if !session {
            return Ok(plain(Kind::SignIn, "why-sign-in"));
        }
        let is_early = |one: &OutboxItem| syncing::is_early(one.next_try_at, self.now());
        let asked = kept.as_ref().is_none_or(|kept| kept.reason == ASKED);
        // Only the portal's wish puts off what was never tried.
        if (asked && is_early(item)) || self.asked_to_wait().is_some() {
            return Ok(plain(Kind::PortalPause, "why-portal-pause"));
        }
        // A portal that cannot be used ends the pass before what comes after it.
        let ended = items[..at].iter().rev().find_map(|before| {
            let stands = !before.refused && !before.paused && is_early(before);
            let kept = Kept::read(before.problem.as_deref().filter(|_| stands)?);
            kept.ends_passes().then_some(kept)
        });
        Ok(match kept.or(ended) {
            // There is one now.
            None
            | Some(Kept {
                code: Code::SessionExpired,
                ..
            }) => plain(Kind::Turn, "why-turn"),
            Some(Kept {
                code: Code::Offline | Code::PortalTimeout,
                ..
            }) => plain(Kind::Network, "why-network"),
            Some(kept) => kept.retry(),
        })
    }

    fn behind(&self, ahead: &OutboxItem) -> Outcome<OutboxReasonView> {
        let title = self.title_of(&self.procedure_of_item(ahead)?);
        let text = each(|language| {
            let kind = format!("outbox-{}", kind_name(ahead.kind));
            let args = BTreeMap::from([
                ("kind", speech::text(language, &kind)),
                ("title", title.in_language(language).to_owned()),
            ]);
            speech::say(language, "why-behind", None, &args)
        });
        Ok(OutboxReasonView {
            text,
            behind: Some(ahead.id.to_string()),
            ..plain(Kind::Behind, "why-behind")
        })
    }

    fn refused(&self, item: &OutboxItem, kept: Option<Kept<'_>>) -> Outcome<OutboxReasonView> {
        let kept = kept.unwrap_or(Kept {
            code: Code::PortalRefused,
            reason: "",
            named: BTreeSet::new(),
        });
        let form = match item.kind {
            OutboxKind::Application => {
                let manifest = read(&item.manifest)?;
                let (id, version) = (manifest.procedure.id, manifest.procedure.version);
                let present = self.stored_procedure(&id).ok();
                let form = match present.filter(|present| present.version == version) {
                    Some(present) => Some(present),
                    None => self.with_store(|store| Ok(store.former_procedure(&id, version)?))?,
                };
                form.map(|form| (form, manifest.data))
            }
            OutboxKind::Letter(_) => None,
        };
        let field = |path: &String| match &form {
            Some((form, data)) => carrying::field(form, data, path),
            None => carrying::by_path(path),
        };
        let fields = kept.named.iter().map(field).collect();
        Ok(OutboxReasonView {
            fields,
            ..kept.refusal()
        })
    }

    /// A problem as the outbox keeps it, in the person's language.
    pub(crate) fn sentence(&self, kept: &str) -> String {
        Kept::read(kept).problem().view(self.language()).message
    }
}

/// What has to arrive before the item at that place: of a letter its application, or an earlier letter on
/// it that is not held back. `waits` tells what has not left meanwhile.
pub(crate) fn ahead(
    items: &[OutboxItem],
    at: usize,
    waits: impl Fn(Uuid) -> bool,
) -> Option<&OutboxItem> {
    let application = items.get(at)?.application?;
    let here = items.iter().find(|other| other.id == application);
    let earlier = |other: &&OutboxItem| {
        other.application == Some(application) && !other.refused && !other.paused && waits(other.id)
    };
    here.filter(|other| waits(other.id))
        .or_else(|| items[..at].iter().find(earlier))
}

/// As the outbox keeps a failure after which the portal asked to be left alone.
pub(crate) fn asked(code: Code) -> String {
    format!("{} {ASKED}", code.name())
}

/// As the outbox keeps another failure, with the reason that the portal gave.
pub(crate) fn failure(problem: &Problem) -> String {
    let name = problem.code.name();
    let reason = problem
        .reason()
        .filter(|_| problem.code == Code::PortalRefused);
    match reason {
        // What is no code could be taken for something else when it is read.
        Some(reason) if !reason.is_empty() && reason != ASKED && !reason.contains('[') => {
            format!("{name} {reason}")
        }
        _ => name.to_owned(),
    }
}

/// As the outbox keeps a refusal.
pub(crate) fn refusal(reason: &RefusedReason) -> String {
    let refused = |reason: &str| format!("{} {reason}", Code::PortalRefused.name());
    let code = match reason {
        RefusedReason::ProcedureVersionOld => Code::ProcedureChanged,
        RefusedReason::InvalidForm(problems) => {
            let paths = problems.iter().map(|one| one.path.as_str()).collect();
            return with_named(Code::FormIncomplete.name(), &paths);
        }
        RefusedReason::InvalidSignature => Code::SignatureFailed,
        RefusedReason::SignerNotHolder => Code::OtherCard,
        RefusedReason::CertificateRevoked => Code::CertificateRevoked,
        RefusedReason::AttachmentMismatch => Code::AttachmentRefused,
        RefusedReason::NoSuchApplication => Code::ApplicationNotFound,
        RefusedReason::ApplicationClosed => Code::ApplicationClosed,
        RefusedReason::OverQuota => Code::PortalFull,
        RefusedReason::InvalidManifest => return refused("invalidManifest"),
        RefusedReason::TooLarge => return refused("tooLarge"),
        RefusedReason::InvalidProperties(names) => {
            let names = names.iter().map(String::as_str).collect();
            return with_named(&refused("invalidProperties"), &names);
        }
        RefusedReason::Other(code) => return refused(code),
        _ => Code::PortalRefused,
    };
    code.name().to_owned()
}

fn with_named(kept: &str, named: &BTreeSet<&str>) -> String {
    if named.is_empty() {
        return kept.to_owned();
    }
    format!("{kept} {}", serde_json::json!(named))
}

/// A problem as the outbox keeps it: its name, a reason where it has one, and in JSON what the portal
/// named.
struct Kept<'a> {
    code: Code,
    reason: &'a str,
    /// Each once: a portal may find several things wrong with one field.
    named: BTreeSet<String>,
}

impl<'a> Kept<'a> {
    fn read(kept: &'a str) -> Self {
        // Neither name nor reason has a bracket.
        let (told, named) = kept.split_at(kept.find('[').unwrap_or(kept.len()));
        let told = told.trim_end();
        let (name, reason) = told.split_once(' ').unwrap_or((told, ""));
        Self {
            code: Code::from_name(name).unwrap_or(Code::Internal),
            reason,
            named: serde_json::from_str(named).unwrap_or_default(),
        }
    }

    /// Whether nothing else was sent after it failed.
    fn ends_passes(&self) -> bool {
        matches!(
            self.code,
            Code::Offline
                | Code::ProxyRefused
                | Code::ProxyScript
                | Code::PortalTimeout
                | Code::PortalServer
                | Code::PortalGarbage
                | Code::SessionExpired
        )
    }

    fn arguments(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("reason", self.reason.to_owned()),
            ("count", self.named.len().max(1).to_string()),
        ])
    }

    fn problem(&self) -> Problem {
        let arguments = self.arguments().into_iter();
        arguments.fold(Problem::new(self.code), |problem, (name, value)| {
            problem.with(name, value)
        })
    }

    fn is_silent(&self) -> bool {
        self.code == Code::PortalRefused && self.reason.is_empty()
    }

    /// As a reason for another try.
    fn retry(&self) -> OutboxReasonView {
        let all = self.problem().view(Language::default()).all;
        let message = if self.is_silent() {
            speech::in_all("retry-silent", None, &BTreeMap::new())
        } else {
            all.message
        };
        within(Kind::Retry, "why-retry", &message, all.remedy)
    }

    /// As the reason of a refusal, with what can be done about it: the sentences of the problem are those
    /// for the moment of signing, when there is a draft to mend.
    fn refusal(&self) -> OutboxReasonView {
        let sentence = match self.code {
            // Found out here: the portal was not asked.
            Code::SignatureExpired => "why-unfit",
            _ => "why-refused",
        };
        let id = match self.reason {
            _ if self.is_silent() => "refused-silent".to_owned(),
            "tooLarge" => "refused-too-large".to_owned(),
            _ => format!("refused-{}", self.code.name().replace('_', "-")),
        };
        let own = |id: &str| speech::has(Language::default(), id);
        if !own(&id) {
            let all = self.problem().view(Language::default()).all;
            return within(Kind::Refused, sentence, &all.message, all.remedy);
        }
        let args = self.arguments();
        let remedy = format!("{id}-remedy");
        let remedy = if own(&remedy) {
            &remedy
        } else {
            "refused-remedy"
        };
        within(
            Kind::Refused,
            sentence,
            &speech::in_all(&id, None, &args),
            speech::in_all(remedy, None, &BTreeMap::new()),
        )
    }
}

/// A reason in a sentence that has another in it.
fn within(kind: Kind, sentence: &str, problem: &TextView, remedy: TextView) -> OutboxReasonView {
    let text = each(|language| {
        let message = problem.in_language(language).to_owned();
        speech::say(
            language,
            sentence,
            None,
            &BTreeMap::from([("problem", message)]),
        )
    });
    OutboxReasonView {
        text,
        remedy: Some(remedy),
        ..plain(kind, sentence)
    }
}

fn kind_name(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Application => "application",
        OutboxKind::Letter(LetterKind::Reply) => "reply",
        OutboxKind::Letter(LetterKind::Withdrawal) => "withdrawal",
    }
}

fn plain(kind: Kind, sentence: &str) -> OutboxReasonView {
    OutboxReasonView {
        kind,
        text: speech::in_all(sentence, None, &BTreeMap::new()),
        remedy: None,
        behind: None,
        fields: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_be_reached_ends_a_pass_and_one_refusal_does_not() {
        for (kept, ends) in [
            ("offline", true),
            ("proxy_refused", true),
            ("proxy_script", true),
            ("portal_timeout", true),
            ("portal_server retry_after", true),
            ("session_expired", true),
            ("portal_refused tooLarge", false),
            ("form_incomplete [\"a\"]", false),
            ("attachment_gone", false),
            ("no such name", false),
        ] {
            assert_eq!(Kept::read(kept).ends_passes(), ends, "{kept}");
        }
    }
}
