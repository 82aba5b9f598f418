//! Where observations are counted: at once, or, when there are many of them and a core to spare, by a thread of its own
//! while the next packets are read and decoded.
//!
//! The flow table gets the same observations in the same order either way, so that the answer is the same.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::table::{FlowTable, Flows, TableOptions};
use crate::decode::Observation;

/// Observations that are counted at once before a thread is worth its start.
const BEFORE_THREAD: usize = 1 << 15;
/// Observations that are handed over together: many enough that handing over costs nothing, few enough to stay in the
/// second-level cache.
const CHUNK: usize = 512;
/// Chunks that may be under way: enough that neither side waits for a short delay of the other, and no more than fit into
/// the second-level cache.
const UNDER_WAY: usize = 32;

/// Takes in observations for a flow table.
#[derive(Debug)]
pub struct Intake {
    /// Observations that have not been counted yet.
    chunk: Vec<Observation>,
    counter: Counter,
    /// Chunks until a thread is started; `None` if none ever is.
    left: Option<usize>,
}

#[derive(Debug)]
enum Counter {
    Here(Box<FlowTable>),
    Beside(Beside),
}

/// A flow table on a thread of its own.
#[derive(Debug)]
struct Beside {
    full: SyncSender<Vec<Observation>>,
    empty: Receiver<Vec<Observation>>,
    thread: JoinHandle<Flows>,
}

impl Intake {
    /// Takes in observations for `table`; with the help of a second thread once that is allowed.
    pub fn new(table: FlowTable) -> Intake {
        Intake { chunk: Vec::with_capacity(CHUNK), counter: Counter::Here(Box::new(table)), left: None }
    }

    /// Says how many threads there are from now on; one that has been started stays.
    pub fn allow(&mut self, threads: usize) {
        if matches!(self.counter, Counter::Here(_)) {
            self.left = (threads > 1).then(|| self.left.unwrap_or(BEFORE_THREAD / CHUNK));
        }
    }

    /// Takes in a packet, or the quotation of one, and shows it in its place: it is written only once.
    #[inline]
    pub fn take_in(&mut self, observation: Observation) -> &Observation {
        if self.chunk.len() == CHUNK {
            self.hand_over();
        }
        let place = self.chunk.len();
        self.chunk.push(observation);
        &self.chunk[place]
    }

    #[inline(never)]
    fn hand_over(&mut self) {
        if self.left == Some(0) {
            self.left = None;
            self.start_thread();
        }
        match &mut self.counter {
            Counter::Here(table) => {
                table.take_in(&self.chunk);
                self.chunk.clear();
                self.left = self.left.map(|left| left - 1);
            }
            Counter::Beside(beside) => beside.hand_over(&mut self.chunk),
        }
    }

    fn start_thread(&mut self) {
        // An empty table keeps the place for a moment.
        let placeholder = Counter::Here(Box::new(FlowTable::new(TableOptions { batch_size: 1, ..TableOptions::default() })));
        self.counter = match std::mem::replace(&mut self.counter, placeholder) {
            Counter::Here(table) => Counter::Beside(Beside::start(*table)),
            beside => beside,
        };
    }

    /// The flows of all that was taken in.
    pub fn finish(mut self) -> Flows {
        self.hand_over();
        match self.counter {
            Counter::Here(table) => table.finish(),
            Counter::Beside(beside) => beside.finish(),
        }
    }
}

impl Beside {
    fn start(mut table: FlowTable) -> Beside {
        let (full, chunks) = sync_channel::<Vec<Observation>>(UNDER_WAY);
        let (used, empty) = sync_channel(UNDER_WAY + 2);
        let thread = thread::spawn(move || {
            for mut chunk in chunks {
                table.take_in(&chunk);
                chunk.clear();
                // Nobody takes it back at the end, which is no matter.
                let _ = used.try_send(chunk);
            }
            table.finish()
        });
        Beside { full, empty, thread }
    }

    /// Hands a chunk over and leaves an empty one in its place.
    fn hand_over(&mut self, chunk: &mut Vec<Observation>) {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
        // The thread only ends before its time if it panicked, which `finish` passes on.
        let _ = self.full.send(std::mem::replace(chunk, next));
    }

    fn finish(self) -> Flows {
        drop(self.full);
        match self.thread.join() {
            Ok(flows) => flows,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
