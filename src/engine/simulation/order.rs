//! Looks for an order of the calls on one session that explains all answers and what is stored in the end. The calls
//! of one process take effect in their order, even if they fail. Those of two processes take effect in any order, but
//! not before they are called, and not after they are answered, unless they failed.

use std::array;
use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use super::call::State;
use super::check::Violation;
use super::history::history;
use super::log::Entry;
use super::run::PROCESSES;

/// How many calls of each process are shown when there is no explanation.
const SHOWN: usize = 12;

/// How many points of explanations are looked at. Some runs, with hundreds of failed calls on one session, have millions.
const MOST_POINTS: usize = 1_000_000;

/// How many calls of each process have taken effect.
type Progress = [usize; PROCESSES];

/// The calls of one process on one session, in their order.
struct Line<'a> {
    /// The calls with their places in the log.
    calls: Vec<(usize, &'a Entry)>,
    /// Until when the calls from each one on must have begun to take effect, if one of them has succeeded.
    until: Vec<Option<Instant>>,
}

impl<'a> Line<'a> {
    fn new(entries: &'a [Entry], process: usize, id: &str) -> Self {
        let own = |(_, entry): &(usize, &Entry)| {
            entry.process == process && entry.call.concerns(id) && !entry.call.is_survey() && !entry.is_void()
        };
        let calls: Vec<_> = entries.iter().enumerate().filter(own).collect();
        let mut earliest: Option<Instant> = None;
        let ends = calls.iter().rev().map(|(_, entry)| {
            earliest = earliest.into_iter().chain(end(entry)).min();
            earliest
        });
        let mut until: Vec<_> = ends.collect();
        until.reverse();
        Self { calls, until }
    }

    /// Whether one of the calls from this one on has succeeded before a moment.
    fn must_precede(&self, next: usize, moment: Instant) -> bool {
        matches!(self.until.get(next), Some(Some(until)) if *until < moment)
    }
}

/// When a call succeeded. One that failed may take effect later, or never.
fn end(entry: &Entry) -> Option<Instant> {
    match entry.answers.first() {
        Some((at, Ok(_))) => Some(*at),
        _ => None,
    }
}

/// A point of an explanation.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Point<'a> {
    progress: Progress,
    /// Whether the next call of each process was carried out before, without the reply to it.
    again: [bool; PROCESSES],
    state: State<'a>,
}

impl<'a> Point<'a> {
    /// The point after the next call of a process has taken effect, or has failed to.
    fn done(mut self, process: usize, state: State<'a>) -> Self {
        self.progress[process] += 1;
        self.again[process] = false;
        Self { state, ..self }
    }

    /// The point after the next call of a process was carried out, and before it is carried out again.
    fn repeated(mut self, process: usize, state: State<'a>) -> Self {
        self.again[process] = true;
        Self { state, ..self }
    }
}

/// All points of all explanations of the calls on one session.
pub struct Explanations<'a> {
    lines: [Line<'a>; PROCESSES],
    stored: &'a HashSet<String>,
    states: HashMap<Progress, HashSet<State<'a>>>,
}

/// Explains the calls on one session, after which `there` is stored. `stored` are the texts that there have ever been. If `once`,
/// only removals may take effect more than once. Returns nothing if there are too many points to look at.
pub fn explain<'a>(
    entries: &'a [Entry],
    id: &str,
    there: State<'a>,
    stored: &'a HashSet<String>,
    once: bool,
) -> Result<Option<Explanations<'a>>, Violation> {
    let lines = array::from_fn(|process| Line::new(entries, process, id));
    let mut explanations = Explanations {
        lines,
        stored,
        states: HashMap::new(),
    };
    let (mut open, mut seen) = (vec![Point::default()], HashSet::new());
    while let Some(point) = open.pop() {
        if seen.len() > MOST_POINTS {
            return Ok(None);
        }
        if seen.insert(point) {
            explanations
                .states
                .entry(point.progress)
                .or_default()
                .insert(point.state);
            for process in 0..PROCESSES {
                explanations.go_on(point, process, once, &mut open);
            }
        }
    }
    let all = array::from_fn(|process| explanations.lines[process].calls.len());
    match explanations.states.get(&all) {
        Some(states) if states.contains(&there) => Ok(Some(explanations)),
        Some(states) => Err(Violation(format!(
            "in the end {id} is {there:?} instead of one of {states:?}{}",
            explanations.shown(all)
        ))),
        None => Err(Violation(format!(
            "nothing explains the answers on {id} {}",
            explanations.dead_end()
        ))),
    }
}

impl<'a> Explanations<'a> {
    /// A state without its text if nobody can have seen that: it was replaced before it was sent, or it got lost.
    fn seen(&self, state: State<'a>) -> State<'a> {
        let (text, expires) = state?;
        Some((self.stored.get(text).map_or("", String::as_str), expires))
    }

    /// Adds the points to which the next call of a process leads.
    fn go_on(&self, point: Point<'a>, process: usize, once: bool, open: &mut Vec<Point<'a>>) {
        let Some((_, entry)) = self.lines[process].calls.get(point.progress[process]) else {
            return;
        };
        let mut others = (0..PROCESSES).filter(|other| *other != process);
        if others.any(|other| self.lines[other].must_precede(point.progress[other], entry.called)) {
            return;
        }
        let Some((_, answer)) = entry.answers.first() else {
            return;
        };
        let after = self.seen(entry.call.effect(point.state));
        if entry.call.fits(answer, point.state, point.again[process]) {
            open.push(point.done(process, after));
        }
        if answer.is_err() {
            open.push(point.done(process, point.state));
        }
        if (!once || entry.call.repeats()) && after != point.state {
            open.push(point.repeated(process, after));
        }
    }

    /// The states that the session may have had while a survey looked. It waits for the calls that its process made
    /// before it.
    pub fn during(&self, survey: &Entry, place: usize) -> Vec<State<'a>> {
        let end = end(survey);
        let least: Progress = array::from_fn(|process| {
            let calls = &self.lines[process].calls;
            if process == survey.process {
                return calls.partition_point(|(other, _)| *other < place);
            }
            (0..calls.len())
                .find(|next| !self.lines[process].must_precede(*next, survey.called))
                .unwrap_or(calls.len())
        });
        let most: Progress = array::from_fn(|process| {
            let calls = &self.lines[process].calls;
            calls.partition_point(|(_, entry)| end.is_none_or(|end| entry.called <= end))
        });
        let is_meanwhile = |progress: &Progress| {
            (0..PROCESSES).all(|process| (least[process]..=most[process]).contains(&progress[process]))
        };
        let meanwhile = self.states.iter().filter(|(progress, _)| is_meanwhile(progress));
        let states: HashSet<State<'a>> = meanwhile.flat_map(|(_, states)| states).copied().collect();
        states.into_iter().collect()
    }

    /// Where the explanations end that reach furthest, for debugging a failure.
    fn dead_end(&self) -> String {
        let furthest = self
            .states
            .iter()
            .max_by_key(|(progress, _)| progress.iter().sum::<usize>());
        let Some((progress, states)) = furthest else {
            return String::new();
        };
        format!("when it was one of {states:?}{}", self.shown(*progress))
    }

    /// The calls before a point of progress, and the next one of each process.
    fn shown(&self, progress: Progress) -> String {
        let near = self.lines.iter().zip(progress).flat_map(|(line, next)| {
            let from = next.saturating_sub(SHOWN);
            line.calls.iter().skip(from).take(next - from + 1)
        });
        let mut near: Vec<_> = near.collect();
        near.sort_unstable_by_key(|(place, _)| *place);
        let start = near.first().map(|(_, entry)| entry.called);
        start.map_or_else(String::new, |start| {
            history(near.iter().map(|(_, entry)| *entry), start)
        })
    }
}
