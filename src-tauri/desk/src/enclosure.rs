//! What the process that decodes a picture, or runs a stranger's script, gives up before it reads the first
//! octet: it can then read what it was given, answer, and nothing else.
//!
//! - Linux: every system call but those for that and for its own memory is refused (seccomp), for
//!   all threads; its memory and its processor time are limited. Without seccomp there is no
//!   enclosure, and nothing is decoded.
//! - Other Unix systems: address space, processor time, open files and the size of files are limited.
//! - Windows: nothing beyond being a process of its own that is ended after a while.

/// Why a process could not be enclosed.
#[derive(Debug, thiserror::Error)]
#[error("no enclosure: {0}")]
pub struct NotEnclosed(String);

/// Gives everything up, for good. Call it before anything foreign is read, while there is one thread.
///
/// # Errors
/// [`NotEnclosed`]; the process must not go on then.
pub fn enclose() -> Result<(), NotEnclosed> {
    #[cfg(unix)]
    limits::set().map_err(|error| NotEnclosed(error.to_string()))?;
    #[cfg(target_os = "linux")]
    calls::refuse().map_err(|error| NotEnclosed(error.to_string()))?;
    Ok(())
}

#[cfg(unix)]
mod limits {
    use rustix::io::Errno;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// A photo of 4096 pixels a side with what its decoder keeps beside it does not fit, one of any
    /// document that exists does many times over. In octets.
    const MEMORY: u64 = 256 << 20;
    /// Processor time, in seconds.
    const TIME: u64 = 10;

    /// What a program of ours has mapped at its start counts as address space, hence data alone where
    /// the system tells them apart.
    #[cfg(target_os = "linux")]
    const SPACE: Resource = Resource::Data;
    #[cfg(not(target_os = "linux"))]
    const SPACE: Resource = Resource::As;

    pub(super) fn set() -> Result<(), Errno> {
        for (resource, most) in [
            (SPACE, MEMORY),
            (Resource::Cpu, TIME),
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            (Resource::Nofile, 0),
        ] {
            // Somebody may have set a lower one, which cannot be raised.
            let most = getrlimit(resource)
                .maximum
                .map_or(most, |already| already.min(most));
            setrlimit(
                resource,
                Rlimit {
                    current: Some(most),
                    maximum: Some(most),
                },
            )?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod calls {
    use std::collections::BTreeMap;

    use seccompiler::{
        BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Width,
        SeccompCmpOp as Is, SeccompCondition as Condition, SeccompFilter, SeccompRule as Rule,
    };

    /// Where picture and answer go, and what a panic says.
    const STDIN: u64 = 0;
    const STDOUT: u64 = 1;
    const STDERR: u64 = 2;
    /// Of mmap(2) and mprotect(2): memory from which instructions are taken.
    const EXECUTABLE: u64 = libc::PROT_EXEC as u64;

    pub(super) fn refuse() -> Result<(), Error> {
        let allowed = rules().map_err(Error::Backend)?;
        let filter = SeccompFilter::new(
            allowed,
            SeccompAction::Errno(libc::EPERM as u32),
            SeccompAction::Allow,
            std::env::consts::ARCH.try_into().map_err(Error::Backend)?,
        )
        .map_err(Error::Backend)?;
        let program = BpfProgram::try_from(filter).map_err(Error::Backend)?;
        seccompiler::apply_filter_all_threads(&program)
    }

    /// The calls that are left: no rule means with any arguments, several mean any of them.
    fn rules() -> Result<BTreeMap<i64, Vec<Rule>>, BackendError> {
        let stream = |number| Rule::new(vec![Condition::new(0, Width::Dword, Is::Eq, number)?]);
        let data_only = || {
            let is = Is::MaskedEq(EXECUTABLE);
            Rule::new(vec![Condition::new(2, Width::Dword, is, 0)?])
        };
        let id = std::process::id().into();
        let ourselves = Rule::new(vec![Condition::new(0, Width::Dword, Is::Eq, id)?])?;
        let mut rules = BTreeMap::from([
            (libc::SYS_read, vec![stream(STDIN)?]),
            (libc::SYS_write, vec![stream(STDOUT)?, stream(STDERR)?]),
            (libc::SYS_mmap, vec![data_only()?]),
            (libc::SYS_mprotect, vec![data_only()?]),
            // How a process ends itself when its memory is used up: a signal to nobody else.
            (libc::SYS_tgkill, vec![ourselves]),
        ]);
        for call in [
            libc::SYS_brk,
            libc::SYS_clock_gettime,
            libc::SYS_exit,
            libc::SYS_exit_group,
            libc::SYS_futex,
            libc::SYS_getpid,
            libc::SYS_getrandom,
            libc::SYS_gettid,
            libc::SYS_madvise,
            libc::SYS_mremap,
            libc::SYS_munmap,
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            // A thread that a library has begun before `main` may still be on its way in, and the whole
            // process ends when it cannot name its own memory to the kernel.
            libc::SYS_rseq,
            libc::SYS_set_robust_list,
            libc::SYS_sigaltstack,
        ] {
            rules.insert(call, vec![]);
        }
        Ok(rules)
    }
}
