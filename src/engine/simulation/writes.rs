//! A write on one server or shard of the model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mongodb::bson::doc;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::super::operation::Write;
use super::network::{Course, Network, lost, refused};
use super::reply::Part;
use super::shard::{Owned, Shard, text};
use crate::model::Failure;
use crate::mongo;

/// The code of a command that exceeded its `maxTimeMS`.
const OUT_OF_TIME: i32 = 50;

/// A write on its way to the servers.
pub struct Sent {
    /// The server session and the number in it, if the write is numbered.
    pub number: Option<(u64, i64)>,
    /// When the time that the servers were told is over.
    pub until: Instant,
    /// What happens to it.
    pub course: Arc<Course>,
    /// Whether the client still waits for the reply.
    pub client: Arc<AtomicBool>,
    /// Whether the write is lost if the client is gone by the time that the server reads it.
    pub needs_client: bool,
}

/// A description of the statements, for reading the log of a run.
pub fn names(statements: &[Owned]) -> String {
    let names = statements.iter().map(|statement| {
        let what = match &statement.write {
            Some(Write::Set { session, .. }) => format!("= {}", text(session)),
            Some(Write::Touch { .. }) => "touched".into(),
            Some(Write::Destroy) => "removed".into(),
            None => "fenced".into(),
        };
        format!("{} {what}", text(&statement.id))
    });
    names.collect::<Vec<_>>().join("; ")
}

impl Network {
    /// Carries out a write that arrives at a shard, and perhaps once more.
    ///
    /// A router repeats a write only if it got no answer or lost a successful one, never after a refusal. That it may repeat
    /// one of which the server has no record is a gap of `MongoDB`.
    pub async fn arrive(self: Arc<Self>, shard: usize, statements: Vec<Owned>, sent: Arc<Sent>) -> Part {
        let is_recorded = Arc::new(AtomicBool::new(true));
        if let Some(later) = sent.course.twice {
            let again = Arc::clone(&self).write_part(
                shard,
                statements.clone(),
                Arc::clone(&sent),
                Some(Arc::clone(&is_recorded)),
            );
            tokio::spawn(async move {
                sleep(later).await;
                again.await;
            });
        }
        let part = self.write_part(shard, statements.clone(), sent, None).await;
        is_recorded.store(part.is_recorded(&statements), Ordering::Relaxed);
        part
    }

    /// Carries out a write. If it is the copy of another one, `is_recorded` tells whether the server may still take it.
    async fn write_part(
        self: Arc<Self>,
        shard: usize,
        statements: Vec<Owned>,
        sent: Arc<Sent>,
        is_recorded: Option<Arc<AtomicBool>>,
    ) -> Part {
        let failed = |failure: Failure| {
            self.tell(|| format!("refused {:?} {}", sent.number, failure.message));
            Part::failed(failure)
        };
        if sent.number.is_some()
            && let Some(failure) = self.deployment.refuses_number()
        {
            return failed(failure);
        }
        if let Some(number) = sent.number
            && let Err(failure) = self.enter_session(shard, number, &sent).await
        {
            return failed(failure);
        }
        let course = &sent.course;
        let _busy = Busy {
            network: Arc::clone(&self),
            shard,
            session: sent.number.map(|(session, _)| session),
            term: course.term,
        };
        if let Some((time, honours_limit)) = course.block {
            let end = Instant::now() + time;
            if honours_limit && end > sent.until {
                sleep_until(sent.until).await;
                return failed(refused(OUT_OF_TIME));
            }
            sleep_until(end).await;
        }
        if sent.needs_client && !sent.client.load(Ordering::Relaxed) {
            return failed(lost());
        }
        if is_recorded.is_some_and(|is_recorded| !is_recorded.load(Ordering::Relaxed)) {
            return failed(lost());
        }
        match self.refusal(&statements, course) {
            Some(failure) => failed(failure),
            None => self.carry_out(shard, &statements, sent.number, course),
        }
    }

    /// Waits until no other command is in flight in a session.
    async fn enter_session(&self, shard: usize, (session, number): (u64, i64), sent: &Sent) -> Result<(), Failure> {
        loop {
            let freed = self.freed.notified();
            {
                let mut world = self.lock();
                if world.term != sent.course.term {
                    return Err(refused(11602));
                }
                let shard = world.shards.get_mut(shard).unwrap();
                if !shard.sessions.get(&session).is_some_and(|session| session.busy) {
                    return shard.begin(session, number);
                }
            }
            timeout_at(sent.until, freed).await.map_err(|_| refused(OUT_OF_TIME))?;
        }
    }

    fn refusal(&self, statements: &[Owned], course: &Course) -> Option<Failure> {
        if self.lock().term != course.term {
            return Some(refused(11602));
        }
        if let Some(code) = course.refusal {
            return Some(refused(code));
        }
        if course.overloaded {
            return Some(refused(462));
        }
        if let Some((error, false)) = &course.throttled {
            return Some(mongo::of_command(error));
        }
        Shard::refuses(statements)
    }

    fn carry_out(&self, shard: usize, statements: &[Owned], number: Option<(u64, i64)>, course: &Course) -> Part {
        let mut world = self.lock();
        let mut part = Part::default();
        for (count, statement) in statements.iter().enumerate() {
            if course.dies_after == Some(count) {
                return Part::failed(lost());
            }
            let is_new = world.shards.get(shard).unwrap().done(statement, number).is_none();
            let meets = is_new && statement.write.is_some() && world.random.bool();
            let result = match &course.throttled {
                Some((error, true)) if meets => Err(error.clone()),
                _ if meets && course.conflicts => Err(doc! { "code": 112, "errmsg": "write conflict" }),
                _ => world.shards.get_mut(shard).unwrap().carry_out(statement, number),
            };
            part.results.push((statement.place, result));
        }
        drop(world);
        self.tell(|| format!("written {number:?} {}", names(statements)));
        // With the first code the same write may be sent again, with the other one not.
        let code = course.unconfirmed.map(|passes| if passes { 91 } else { 64 });
        part.concern = code.map(|code| doc! { "code": code, "errmsg": "not enough members" });
        part
    }
}

/// Marks a command in flight in a session.
struct Busy {
    network: Arc<Network>,
    shard: usize,
    session: Option<u64>,
    term: u64,
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(session) = self.session {
            let mut world = self.network.world.lock().unwrap();
            // After an election, the session is another server's.
            if world.term == self.term
                && let Some(shard) = world.shards.get_mut(self.shard)
            {
                shard.end(session);
            }
            drop(world);
            self.network.freed.notify_waiters();
        }
    }
}
