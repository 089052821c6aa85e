//! Why the smart card service does not answer. Each cause has another remedy.

use std::path::Path;

use kabinet_token::service::{Knock, knock};

use crate::problem::{Code, Problem};
use crate::view::ServiceView;

/// Where distributions put the daemon of pcsc-lite.
const DAEMONS: [&str; 3] = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd"];
/// What a Flatpak leaves to see.
const FLATPAK: &str = "/.flatpak-info";
/// There when systemd started the computer. It starts pcscd on demand where `pcscd.socket` is on.
const SYSTEMD: &str = "/run/systemd/system";

/// What is in the way at the service; nothing when it answers.
pub(crate) fn problem(state: ServiceView) -> Option<Problem> {
    match state {
        ServiceView::Running => None,
        ServiceView::AccessDenied => Some(Code::ServiceDenied.into()),
        ServiceView::OtherVersion => Some(Code::ServiceVersion.into()),
        ServiceView::NotRunning => Some(silence().into()),
    }
}

/// Why nobody answers. Only Linux has the service apart from the system.
pub(crate) fn silence() -> Code {
    if cfg!(target_os = "linux") {
        let exists = |path: &str| Path::new(path).exists();
        why(knock(), is_snap(), &exists)
    } else {
        Code::NoService
    }
}

fn why(knock: Option<Knock>, snap: bool, exists: &dyn Fn(&str) -> bool) -> Code {
    let no_socket = knock == Some(Knock::NoSocket);
    if snap || exists(FLATPAK) {
        // The daemon is outside, where we do not see it.
        return Code::ServiceShutOff;
    }
    if knock == Some(Knock::Refused) {
        return Code::ServiceDenied;
    }
    if !DAEMONS.iter().any(|daemon| exists(daemon)) {
        return Code::ServiceNotInstalled;
    }
    if no_socket && exists(SYSTEMD) {
        return Code::ServiceNotActivated;
    }
    Code::NoService
}

/// Whether this program came out of a Snap. Its variables alone tell nothing: a terminal that came
/// out of one hands them on.
fn is_snap() -> bool {
    let (Some(snap), Ok(program)) = (std::env::var_os("SNAP"), std::env::current_exe()) else {
        return false;
    };
    !snap.is_empty() && program.starts_with(snap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PCSCD: &str = "/usr/sbin/pcscd";

    #[test]
    fn each_cause_is_told_apart() {
        let with = |found, there: &'static [&str]| {
            why(Some(found), false, &move |path| there.contains(&path))
        };
        assert_eq!(with(Knock::NoSocket, &[]), Code::ServiceNotInstalled);
        assert_eq!(with(Knock::NoSocket, &[PCSCD]), Code::NoService);
        assert_eq!(
            with(Knock::NoSocket, &[PCSCD, SYSTEMD]),
            Code::ServiceNotActivated
        );
        assert_eq!(with(Knock::Silent, &[PCSCD, SYSTEMD]), Code::NoService);
        assert_eq!(with(Knock::Refused, &[PCSCD]), Code::ServiceDenied);
        assert_eq!(with(Knock::NoSocket, &[FLATPAK]), Code::ServiceShutOff);
        let snap = why(Some(Knock::NoSocket), true, &|_| false);
        assert_eq!(snap, Code::ServiceShutOff);
    }
}
