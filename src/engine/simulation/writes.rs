//! A write on one server or shard of the model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::operation::{Answer, Outcome, Write};
use super::faults::Deployment;
use super::network::{Course, Network, lost, refused};
use super::shard::{Owned, Shard, text};
use crate::model::{Failure, FailureKind};

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

/// The result of a command on one shard: the answers with their places, and the failure.
pub struct Part {
    pub answers: Vec<(usize, Option<Answer>)>,
    pub created: Vec<usize>,
    pub failure: Option<Failure>,
}

impl Part {
    /// Whether a statement was refused for a reason of its own.
    pub fn refuses(&self) -> bool {
        self.answers.iter().any(|(_, answer)| matches!(answer, Some(Err(_))))
    }

    fn failed(statements: &[Owned], failure: Failure) -> Self {
        Self {
            answers: statements.iter().map(|statement| (statement.place, None)).collect(),
            created: Vec::new(),
            failure: Some(failure),
        }
    }
}

fn out_of_time() -> Failure {
    Failure::server("operation exceeded time limit", 50, "MaxTimeMSExpired").of_kind(FailureKind::OutOfTime)
}

impl Network {
    /// Carries out a write on one shard.
    pub async fn write_part(
        self: Arc<Self>,
        shard: usize,
        statements: Vec<Owned>,
        number: Option<(u64, i64)>,
        until: Instant,
        course: Course,
        client: Arc<AtomicBool>,
    ) -> Part {
        let failed = |failure: Failure| {
            self.tell(|| format!("refused {number:?} {}", failure.message));
            Part::failed(&statements, failure)
        };
        if let Some(number) = number
            && let Err(failure) = self.enter_session(shard, number, until, course.term).await
        {
            return failed(failure);
        }
        let _busy = Busy {
            network: Arc::clone(&self),
            shard,
            session: number.map(|(session, _)| session),
            term: course.term,
        };
        if let Some((time, honours_limit)) = course.block {
            let end = Instant::now() + time;
            if honours_limit && end > until {
                sleep_until(until).await;
                return failed(out_of_time());
            }
            sleep_until(end).await;
        }
        if self.deployment == Deployment::Standalone && !client.load(Ordering::Relaxed) {
            return failed(lost(true));
        }
        match self.refusal(&statements, course) {
            Some(failure) => failed(failure),
            None => self.carry_out(shard, &statements, number, course),
        }
    }

    /// Waits until no other command is in flight in a session.
    async fn enter_session(
        &self,
        shard: usize,
        (session, number): (u64, i64),
        until: Instant,
        term: u64,
    ) -> Result<(), Failure> {
        loop {
            let freed = self.freed.notified();
            {
                let mut world = self.lock();
                if world.term != term {
                    return Err(refused(11602));
                }
                let shard = world.shards.get_mut(shard).unwrap();
                if !shard.sessions.get(&session).is_some_and(|session| session.busy) {
                    return shard.begin(session, number);
                }
            }
            timeout_at(until, freed).await.map_err(|_| out_of_time())?;
        }
    }

    fn refusal(&self, statements: &[Owned], course: Course) -> Option<Failure> {
        if self.lock().term != course.term {
            return Some(refused(11602));
        }
        if let Some(code) = course.refusal {
            return Some(refused(code));
        }
        if course.overloaded {
            return Some(Failure::server("too much to do", 462, "").of_kind(FailureKind::Overload));
        }
        Shard::refuses(statements)
    }

    fn carry_out(&self, shard: usize, statements: &[Owned], number: Option<(u64, i64)>, course: Course) -> Part {
        let mut world = self.lock();
        let mut part = Part {
            answers: Vec::new(),
            created: Vec::new(),
            failure: None,
        };
        for (count, statement) in statements.iter().enumerate() {
            if course.dies_after == Some(count) {
                return Part::failed(statements, lost(true));
            }
            let is_new = world.shards.get(shard).unwrap().done(statement, number).is_none();
            if course.conflicts && is_new && statement.write.is_some() && world.random.bool() {
                let conflict = Failure::server("write conflict", 112, "").of_kind(FailureKind::Conflict);
                part.answers.push((statement.place, Some(Err(conflict))));
                continue;
            }
            let answer = world.shards.get_mut(shard).unwrap().carry_out(statement, number);
            let is_set = matches!(statement.write, Some(Write::Set { .. }));
            if is_set && matches!(answer, Ok(Outcome::Done(true))) {
                part.created.push(statement.place);
            }
            part.answers.push((statement.place, Some(answer)));
        }
        drop(world);
        self.tell(|| format!("written {number:?} {}", names(statements)));
        if course.unconfirmed {
            for (_, answer) in &mut part.answers {
                if matches!(answer, Some(Ok(_))) {
                    *answer = None;
                }
            }
            part.failure = Some(refused(91));
        } else {
            part.created.clear();
        }
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
