//! Where observations are counted: at once, or, when there are many of them and a core to spare, by a thread of its own
//! while the next packets are read and decoded.
//!
//! The flow table gets the same observations in the same order either way, so that the answer is the same. If the system
//! refuses a thread, all are counted at once.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::decode::Observation;
use crate::flow::{FlowTable, SpareFlows, TableOptions};
use crate::parallel;

/// Observations that are counted at once before a thread is worth its start.
const BEFORE_THREAD: usize = 1 << 15;
/// Observations that are handed over together: many enough that handing over costs nothing, few enough to stay in the
/// second-level cache.
const CHUNK: usize = 512;
/// Chunks that may be under way: enough that neither side waits for a short delay of the other. They take a megabyte and a
/// half.
const UNDER_WAY: usize = 32;

/// Places for observations, of which the first are taken. They are all there from the beginning: a vector that could grow
/// takes a twentieth more instructions for each packet.
#[derive(Debug)]
struct Chunk {
    places: Box<[Observation]>,
    taken: usize,
}

impl Chunk {
    fn new() -> Chunk {
        Chunk { places: vec![Observation::BLANK; CHUNK].into_boxed_slice(), taken: 0 }
    }

    fn taken(&self) -> &[Observation] {
        &self.places[..self.taken]
    }
}

/// Takes in observations for a flow table.
#[derive(Debug)]
pub struct Intake {
    /// Observations that have not been counted yet.
    chunk: Chunk,
    site: Site,
    /// Chunks until a thread is started; `None` if none ever is.
    left: Option<usize>,
}

#[derive(Debug)]
enum Site {
    Here(Box<FlowTable>),
    Beside(Beside),
}

/// A flow table on a thread of its own.
#[derive(Debug)]
struct Beside {
    full: SyncSender<Chunk>,
    empty: Receiver<Chunk>,
    /// Memory for more flows, made by whoever waits for the table.
    spares: SyncSender<SpareFlows>,
    /// Some that the table had no use for yet.
    spare: Option<SpareFlows>,
    thread: JoinHandle<Box<FlowTable>>,
}

impl Site {
    /// An empty table, to keep the place for a moment.
    fn placeholder() -> Site {
        Site::Here(Box::new(FlowTable::new(TableOptions { batch_size: 1, ..TableOptions::default() })))
    }
}

impl Intake {
    /// Takes in observations for `table`; with the help of a second thread once that is allowed.
    pub fn new(table: FlowTable) -> Intake {
        Intake { chunk: Chunk::new(), site: Site::Here(Box::new(table)), left: None }
    }

    /// Says how many threads there are from now on; one that has been started stays.
    pub fn allow(&mut self, threads: usize) {
        if matches!(self.site, Site::Here(_)) {
            self.left = (threads > 1).then(|| self.left.unwrap_or(BEFORE_THREAD / CHUNK));
        }
    }

    /// Takes in a packet, or the quotation of one, and shows it in its place: it is written only once.
    #[inline(always)]
    pub fn take_in(&mut self, observation: Observation) -> &Observation {
        if self.chunk.taken == self.chunk.places.len() {
            self.hand_over();
        }
        let place = &mut self.chunk.places[self.chunk.taken];
        self.chunk.taken += 1;
        *place = observation;
        place
    }

    #[inline(never)]
    fn hand_over(&mut self) {
        if self.left == Some(0) {
            self.left = None;
            self.start_thread();
        }
        self.left = self.left.map(|left| left - 1);
        self.count();
    }

    fn count(&mut self) {
        match &mut self.site {
            Site::Here(table) => {
                table.take_in(self.chunk.taken());
                self.chunk.taken = 0;
            }
            Site::Beside(beside) => beside.hand_over(&mut self.chunk),
        }
    }

    fn start_thread(&mut self) {
        self.site = match std::mem::replace(&mut self.site, Site::placeholder()) {
            Site::Here(table) => Beside::start(table).map_or_else(Site::Here, Site::Beside),
            beside => beside,
        };
    }

    /// The table, with all that was taken in. If it has a thread of its own, that ends, and another one begins when there
    /// is more to count.
    pub fn rest(&mut self) -> &mut FlowTable {
        if self.chunk.taken > 0 {
            self.count();
        }
        if let Site::Beside(_) = self.site {
            self.left = Some(0);
            self.site = match std::mem::replace(&mut self.site, Site::placeholder()) {
                Site::Beside(beside) => Site::Here(beside.finish()),
                here => here,
            };
        }
        match &mut self.site {
            Site::Here(table) => table,
            Site::Beside(_) => unreachable!("a table at rest has no thread"),
        }
    }
}

impl Beside {
    /// Starts the thread. If the system refuses one, the table comes back.
    fn start(table: Box<FlowTable>) -> Result<Beside, Box<FlowTable>> {
        let (full, chunks) = sync_channel::<Chunk>(UNDER_WAY);
        let (used, empty) = sync_channel(UNDER_WAY + 2);
        let (spares, given) = sync_channel(1);
        let take_in_all = move |mut table: Box<FlowTable>| {
            for mut chunk in chunks {
                if table.wants_spare()
                    && let Ok(spare) = given.try_recv()
                {
                    table.give_spare(spare);
                }
                table.take_in(chunk.taken());
                chunk.taken = 0;
                // Nobody takes it back at the end, which is no matter.
                let _ = used.try_send(chunk);
            }
            table
        };
        let thread = parallel::hand_over(table, take_in_all).map_err(|(table, _)| table)?;
        Ok(Beside { full, empty, spares, spare: None, thread })
    }

    /// Hands a chunk over and leaves an empty one in its place.
    fn hand_over(&mut self, chunk: &mut Chunk) {
        let next = self.empty.try_recv().unwrap_or_else(|_| Chunk::new());
        let full = std::mem::replace(chunk, next);
        // The thread only ends before its time if it panicked, which `finish` passes on.
        if let Err(TrySendError::Full(full)) = self.full.try_send(full) {
            self.make_spare();
            let _ = self.full.send(full);
        }
    }

    /// Takes work from the table while it has to be waited for.
    fn make_spare(&mut self) {
        let spare = self.spare.take().unwrap_or_else(FlowTable::make_spare);
        if let Err(TrySendError::Full(spare)) = self.spares.try_send(spare) {
            self.spare = Some(spare);
        }
    }

    fn finish(self) -> Box<FlowTable> {
        drop(self.full);
        match self.thread.join() {
            Ok(table) => table,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
