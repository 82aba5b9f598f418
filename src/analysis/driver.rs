//! The driver of an engine: it reads the sources one slice of packets at a time, so that its caller can do other work between two
//! slices.

use std::io;
use std::time::{Duration, Instant};

use super::{Collected, Engine, Moment, Options, Throttle};
use crate::capture::{InputName, Interrupt, Position, Source};
use crate::error::{Action, Error};
use crate::time::Time;

/// Packets in a slice of a saved capture, after which the caller can report the reader's position.
const SLICE: u64 = 1 << 16;
/// The expiry of flows takes at most 1/4 of the time in which packets wait.
const EXPIRY_PART: u32 = 4;
/// The time between two checks whether the flow table is full, in which case flows expire before the next expiry is due.
const FULL_CHECK: Duration = Duration::from_secs(1);

/// Reads sources one after the other as one capture.
pub struct Driver<S> {
    engine: Engine,
    interrupt: Interrupt,
    sources: S,
    current: Option<Source>,
    /// The digest of each input that has been read, if requested.
    digests: Vec<io::Result<Option<String>>>,
    failures: Vec<Error>,
    unread: usize,
    slice: u64,
    expiry: Option<Expiry>,
}

impl<S: Iterator<Item = Result<Source, Error>>> Driver<S> {
    /// Creates a driver that reads `sources`, which may differ from the inputs that the options name.
    pub fn new(options: &Options, sources: S) -> Driver<S> {
        Driver {
            engine: Engine::new(options),
            interrupt: options.interrupt.clone(),
            sources,
            current: None,
            digests: Vec::new(),
            failures: Vec::new(),
            unread: 0,
            slice: SLICE,
            expiry: None,
        }
    }

    /// Reads a slice of packets: some thousand of a saved capture, all that have arrived of a live one. False if all have been
    /// read.
    ///
    /// An input that cannot be read does not end the reading: it is among the [failures](Collected::failures).
    pub fn step(&mut self) -> bool {
        let Some(mut source) = self.current.take().or_else(|| self.open_next()) else { return false };
        if self.engine.read(&mut source, self.slice) || source.is_waiting() {
            self.current = Some(source);
            if let Some(expiry) = &mut self.expiry {
                expiry.expire_if_due(&mut self.engine);
            }
        } else {
            self.close(source);
        }
        true
    }

    fn open_next(&mut self) -> Option<Source> {
        loop {
            match self.sources.next()? {
                Ok(source) => return Some(source),
                Err(Error::Interrupted { .. }) => self.unread += 1,
                Err(error) => self.failures.push(error),
            }
        }
    }

    fn close(&mut self, source: Source) {
        self.engine.close(&source);
        let hashing = source.hashing();
        // The digest is complete once the source has dropped its reader.
        drop(source);
        self.digests.push(hashing.map(|hashing| hashing.finish()).transpose());
    }

    /// The input that is being read, and the position in it; `None` between two inputs.
    pub fn position(&self) -> Option<(&InputName, &Position)> {
        self.current.as_ref().map(|source| (source.name(), source.position()))
    }

    /// The engine, for questions about the packets read so far.
    pub fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Ends the reading and returns everything collected so far.
    pub fn finish(mut self) -> Collected<'static> {
        if let Some(source) = self.current.take() {
            self.close(source);
        }
        let mut collected = self.engine.finish();
        let mut failures = self.failures;
        for (input, digest) in collected.inputs.to_mut().iter_mut().zip(self.digests) {
            match digest {
                // An input that was not read to its end has no digest.
                Err(_) if self.interrupt.is_raised() => {}
                Ok(digest) => input.sha256 = digest,
                Err(source) => failures.push(Error::Io { action: Action::Read, name: input.name.to_string(), source }),
            }
        }
        Collected { failures, unread: self.unread, ..collected }
    }
}

/// The driver of a live capture.
pub type LiveDriver = Driver<std::option::IntoIter<Result<Source, Error>>>;

impl LiveDriver {
    /// Creates a driver of a live capture: it reads the packets that have arrived, and removes flows after the idle timeout.
    pub fn live(options: &Options, source: Source) -> LiveDriver {
        let driver = Driver::new(options, Some(Ok(source)).into_iter());
        Driver { slice: u64::MAX, expiry: options.idle_timeout.map(|idle| Expiry::new(idle, options.max_flows)), ..driver }
    }
}

/// The expiry of idle flows of a live capture: at intervals, and whenever the flow table is full.
struct Expiry {
    began: Instant,
    /// Nanoseconds of silence after which a flow expires.
    idle: i64,
    max_flows: usize,
    expiring: Throttle,
    checking: Throttle,
}

impl Expiry {
    fn new(idle: i64, max_flows: usize) -> Expiry {
        // With a quarter of the timeout, flows stay a quarter longer than necessary, and not twice as long.
        let every = Duration::from_nanos(idle.unsigned_abs()) / 4;
        Expiry {
            began: Instant::now(),
            idle,
            max_flows,
            expiring: Throttle::new(every, EXPIRY_PART),
            checking: Throttle::new(FULL_CHECK, EXPIRY_PART),
        }
    }

    fn expire_if_due(&mut self, engine: &mut Engine) {
        let is_full = self.checking.is_due() && {
            self.checking.done(Instant::now());
            engine.flows() >= self.max_flows
        };
        if !is_full && !self.expiring.is_due() {
            return;
        }
        let begin = Instant::now();
        engine.expire_idle(Moment { clock: Time::now(), running: self.began.elapsed() }, self.idle);
        self.expiring.done(begin);
        self.checking.done(begin);
    }
}
