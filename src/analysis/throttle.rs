//! A throttle for a costly task that is repeated.

use std::time::{Duration, Instant};

/// A repeated task: due `every` after its last start, or later if it took more than 1/`part` of that time.
#[derive(Clone, Debug)]
pub struct Throttle {
    every: Duration,
    /// The task takes at most 1/`part` of the time.
    part: u32,
    due: Instant,
}

impl Throttle {
    /// Creates a throttle for a task that is first due after `every`.
    pub fn new(every: Duration, part: u32) -> Throttle {
        Throttle { every, part, due: after(Instant::now(), every) }
    }

    /// True if the task is due.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Records that the task that began at `begin` has just ended.
    pub fn done(&mut self, begin: Instant) {
        let now = Instant::now();
        let rest = now.duration_since(begin).saturating_mul(self.part);
        self.due = after(begin, self.every).max(after(now, rest));
    }

    /// Postpones the task until at least `time` from now.
    pub fn rest(&mut self, time: Duration) {
        self.due = self.due.max(after(Instant::now(), time));
    }
}

/// Returns `begin` plus `time`, or a very late time if that is beyond the range of the clock.
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
