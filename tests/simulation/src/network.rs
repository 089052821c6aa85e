//! The wires between computers and portal.

use std::sync::{Arc, Mutex};

use kabinet_portal::{Answer, Exchange, PortalError, Wire};
use reqwest::Request;
use tokio::sync::oneshot;

/// What a computer is told of its request.
pub(crate) type Told = Result<Answer, PortalError>;

/// A request that the computer waits for.
pub(crate) struct Waiting {
    /// The request.
    pub(crate) request: Request,
    /// The answer that the portal gave already, if the request has arrived.
    pub(crate) answer: Option<Answer>,
    tell: oneshot::Sender<Told>,
}

impl Waiting {
    /// The computer hears that.
    pub(crate) fn tell(self, told: Told) {
        // A computer that is off hears nothing.
        let _ = self.tell.send(told);
    }
}

/// The wire of one computer: its requests wait here until the schedule decides what becomes of them.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Option<Waiting>>>);

impl Line {
    /// What waits now.
    pub(crate) fn take(&self) -> Option<Waiting> {
        self.0.lock().unwrap().take()
    }

    /// It waits on.
    pub(crate) fn put_back(&self, waiting: Waiting) {
        *self.0.lock().unwrap() = Some(waiting);
    }

    /// Whether something waits.
    pub(crate) fn is_busy(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }
}

impl Wire for Line {
    fn exchange(&self, request: Request, _: usize) -> Exchange<'_> {
        let (tell, told) = oneshot::channel();
        self.put_back(Waiting {
            request,
            answer: None,
            tell,
        });
        Box::pin(async move {
            match told.await {
                Ok(told) => told,
                // Nobody will ever answer.
                Err(_) => std::future::pending().await,
            }
        })
    }
}
