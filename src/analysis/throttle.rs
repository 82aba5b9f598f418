//! A throttle for a costly task that is repeated.

use std::time::{Duration, Instant};

/// A task that is repeated: due `every` after it began last, or later if it took more than one `part`-th of that time.
#[derive(Clone, Debug)]
pub struct Throttle {
    every: Duration,
    /// The task takes at most one part in `part` of the time.
    part: u32,
    due: Instant,
}

impl Throttle {
    /// A task that is due for the first time after `every`.
    pub fn new(every: Duration, part: u32) -> Throttle {
        Throttle { every, part, due: after(Instant::now(), every) }
    }

    /// True if it is time for the task.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Notes that the task has just ended that began at `begin`.
    pub fn done(&mut self, begin: Instant) {
        let now = Instant::now();
        let rest = now.duration_since(begin).saturating_mul(self.part);
        self.due = after(begin, self.every).max(after(now, rest));
    }

    /// Puts the task off for at least `time` from now on.
    pub fn rest(&mut self, time: Duration) {
        self.due = self.due.max(after(Instant::now(), time));
    }
}

/// The time so much later; a very late one, if it is beyond what the clock can say.
fn after(begin: Instant, time: Duration) -> Instant {
    const LATE: Duration = Duration::from_secs(1 << 31);
    begin.checked_add(time).unwrap_or(begin + LATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_takes_long_is_repeated_less_often() {
        let (second, part) = (Duration::from_secs(1), 20);
        let mut task = Throttle::new(second, part);
        assert!(!task.is_due());
        task.due = Instant::now();
        assert!(task.is_due());
        let begin = Instant::now();
        task.done(begin);
        assert!(!task.is_due() && task.due >= begin + second && task.due < begin + 2 * second);
        let long_ago = begin.checked_sub(second).unwrap();
        task.done(long_ago);
        assert!(task.due >= begin + part * second);
        assert!(!Throttle::new(Duration::MAX, part).is_due());
    }
}
