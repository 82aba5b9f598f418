//! The pipeline that counts observations into flows: at once, or, if there are many and a core is free, on a thread of its own
//! while the next packets are read and decoded.
//!
//! The flow table receives the same observations in the same order either way, so that the result is the same. If the system
//! refuses a thread, all are counted at once.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::decode::Observation;
use crate::flow::{self, FlowTable, Flows, SpareFlows, TableOptions, Timeline};
use crate::support::parallel;

/// Observations that are counted at once before a thread is worth starting.
const BEFORE_THREAD: usize = 1 << 15;
/// Observations that are handed over together: enough to make the cost of handing over negligible, few enough to stay in the
/// second-level cache.
const CHUNK: usize = 512;
/// Chunks that may be queued for the thread: enough that neither side waits for a short delay of the other. They take a megabyte
/// and a half.
const MAX_CHUNKS: usize = 32;

/// Places for observations, of which the first `taken` are in use. All are allocated at once: a growing vector takes a twentieth
/// more instructions for each packet.
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

/// Counts observations into a flow table, in the order they are pushed.
#[derive(Debug)]
pub struct FlowPipeline {
    /// Observations that have not been counted yet.
    chunk: Chunk,
    /// The table; an empty one while a thread has it.
    table: Box<FlowTable>,
    thread: Option<TableThread>,
    /// Chunks until a thread is started; `None` if none ever is.
    chunks_before_thread: Option<usize>,
}

/// A flow table on a thread of its own.
#[derive(Debug)]
struct TableThread {
    full: SyncSender<Chunk>,
    empty: Receiver<Chunk>,
    /// Memory for more flows, prepared by the thread that waits for the table.
    spares: SyncSender<SpareFlows>,
    /// Prepared memory that the table did not need yet.
    spare: Option<SpareFlows>,
    thread: JoinHandle<Box<FlowTable>>,
}

impl FlowPipeline {
    /// Creates a pipeline into `table`. It starts a thread once [allowed](FlowPipeline::allow_threads).
    pub fn new(table: FlowTable) -> FlowPipeline {
        FlowPipeline { chunk: Chunk::new(), table: Box::new(table), thread: None, chunks_before_thread: None }
    }

    /// Sets the number of threads from now on, including this one. A thread that has been started stays.
    pub fn allow_threads(&mut self, threads: usize) {
        if self.thread.is_none() {
            self.chunks_before_thread = (threads > 1).then(|| self.chunks_before_thread.unwrap_or(BEFORE_THREAD / CHUNK));
        }
    }

    /// Takes a packet, or the original datagram in an ICMP error, and returns it from its place in the pipeline, so that it is
    /// written only once.
    #[inline(always)]
    pub fn push(&mut self, observation: Observation) -> &Observation {
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
        if self.chunks_before_thread == Some(0) {
            self.start_thread();
        }
        self.chunks_before_thread = self.chunks_before_thread.map(|chunks| chunks - 1);
        self.count();
    }

    fn count(&mut self) {
        match &mut self.thread {
            None => {
                self.table.push(self.chunk.taken());
                self.chunk.taken = 0;
            }
            Some(thread) => thread.hand_over(&mut self.chunk),
        }
    }

    #[cold]
    fn start_thread(&mut self) {
        self.chunks_before_thread = None;
        let empty = Box::new(FlowTable::new(TableOptions { batch_size: 1, ..TableOptions::default() }));
        match TableThread::start(std::mem::replace(&mut self.table, empty)) {
            Ok(thread) => self.thread = Some(thread),
            Err(table) => self.table = table,
        }
    }

    /// Returns the table with everything pushed so far. Ends the thread, if any; another one starts when there is more to count.
    pub fn table(&mut self) -> &mut FlowTable {
        if self.chunk.taken > 0 {
            self.count();
        }
        if let Some(thread) = self.thread.take() {
            self.table = thread.join();
            self.chunks_before_thread = Some(0);
        }
        &mut self.table
    }

    /// Returns the flows and their timeline with everything pushed so far.
    pub fn finish(mut self) -> (Flows, Option<Timeline>) {
        self.table();
        self.table.finish()
    }
}

impl TableThread {
    /// Starts the thread. If the system refuses, the table is returned.
    fn start(table: Box<FlowTable>) -> Result<TableThread, Box<FlowTable>> {
        let (full, chunks) = sync_channel::<Chunk>(MAX_CHUNKS);
        let (used, empty) = sync_channel(MAX_CHUNKS + 2);
        let (spares, given) = sync_channel(1);
        let count_all = move |mut table: Box<FlowTable>| {
            for mut chunk in chunks {
                if table.wants_spare()
                    && let Ok(spare) = given.try_recv()
                {
                    table.give_spare(spare);
                }
                table.push(chunk.taken());
                chunk.taken = 0;
                // At the end nobody receives the chunk, which does no harm.
                let _ = used.try_send(chunk);
            }
            table
        };
        let thread = parallel::hand_over(table, count_all).map_err(|(table, _)| table)?;
        Ok(TableThread { full, empty, spares, spare: None, thread })
    }

    /// Hands a chunk over and replaces it by an empty one.
    fn hand_over(&mut self, chunk: &mut Chunk) {
        let next = self.empty.try_recv().unwrap_or_else(|_| Chunk::new());
        let full = std::mem::replace(chunk, next);
        // The thread ends early only if it panicked, which `join` passes on.
        if let Err(TrySendError::Full(full)) = self.full.try_send(full) {
            self.make_spare();
            let _ = self.full.send(full);
        }
    }

    /// Prepares memory for the table instead of waiting idly.
    fn make_spare(&mut self) {
        let spare = self.spare.take().unwrap_or_else(flow::make_spare);
        if let Err(TrySendError::Full(spare)) = self.spares.try_send(spare) {
            self.spare = Some(spare);
        }
    }

    /// Waits until all chunks are counted.
    fn join(self) -> Box<FlowTable> {
        drop(self.full);
        match self.thread.join() {
            Ok(table) => table,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
