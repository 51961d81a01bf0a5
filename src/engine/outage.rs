//! Reports when operations find no server any more, and when they find one again. Operations wait as long as
//! their deadlines allow, but the operator of the servers should know at once.

use std::time::Duration;

use tokio::time::sleep;

use super::Engine;
use super::backend::{Backend, Reach};
use super::operation::Reply;
use super::prepare::Event;

/// How long servers that answered before must be away to count as an outage. The driver considers a server
/// lost when one connection breaks, and checks it again within half a second. An election may take as long.
const GRACE: Duration = Duration::from_secs(1);

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Follows which servers answer, and reports each outage once.
    pub(super) async fn tell_outages(&self, tell: &(impl Fn(Event) + Sync)) {
        let mut reach = self.backend.reach();
        if reach.wait_for(|reach| *reach != Reach::Unheard).await.is_err() {
            return;
        }
        let mut has_answered = !is_outage(&reach.borrow());
        loop {
            if reach.wait_for(is_outage).await.is_err() {
                return;
            }
            // Before the first answer, nothing that passes was lost.
            let is_certain = |reach: &Reach| match reach {
                Reach::Refused(_) => true,
                Reach::Unreachable { all, .. } => *all && !has_answered,
                _ => false,
            };
            tokio::select! {
                biased;
                _ = reach.wait_for(|reach| is_certain(reach) || !is_outage(reach)) => {}
                () = sleep(GRACE) => {}
            }
            let outage = reach.borrow_and_update().outage(&self.backend.servers());
            if let Some(failure) = outage {
                tell(Event::Lost(failure));
                if reach.wait_for(|reach| !is_outage(reach)).await.is_err() {
                    return;
                }
                tell(Event::Back);
            }
            has_answered = true;
        }
    }
}

fn is_outage(reach: &Reach) -> bool {
    !matches!(
        reach,
        Reach::Unheard
            | Reach::Reachable {
                reads: true,
                writes: true
            }
    )
}
