//! Everything that was collected from the packets, before any decision.

use std::borrow::Cow;
use std::sync::Arc;

use super::{ClosedFlows, Decided, InputReport, Window};
use crate::capture::{Completeness, Filtered};
use crate::decode::{EncapsulationStack, Encapsulations};
use crate::error::Error;
use crate::flow::{Flow, Flows, Timeline};
use crate::inspect::{Announcements, HostNames};
use crate::service::Registry;
use crate::stats::Tally;
use crate::time::{Span, Time};
use crate::traffic::Traffic;

/// Everything that packets have left behind up to one moment: borrowed from an [`Engine`](super::Engine), which goes on only when
/// the borrow has ended, or owned.
///
/// Nothing in it is decided but the sums of closed flows, so that its parts can be added to those of an earlier part of the capture:
/// [`Encapsulations::merge`] first, which gives the encapsulations' numbers there, then [`Flow::merge`], [`Tally::merge`],
/// [`Timeline::merge`], [`Announcements::merge`], [`HostNames::merge`] and [`Filtered::merge`].
#[derive(Debug)]
pub struct Collected<'c> {
    /// The inputs in order. The last one may still be in progress.
    pub inputs: Cow<'c, [InputReport]>,
    /// The inputs that could not be opened or are no captures.
    pub failures: Vec<Error>,
    /// Number of inputs of which nothing was read, because the reading was interrupted before.
    pub unread: usize,
    /// Packets that the filter kept and left out, if there is a filter.
    pub filtered: Option<Filtered>,
    /// The time that packets were asked for, if any. Packets outside of it are only counted in the
    /// ledger, and read for names of hosts and announcements.
    pub window: Option<Window>,
    /// Sums over packets.
    pub tally: Cow<'c, Tally>,
    /// The flows, in the order of their first packets.
    pub flows: Cow<'c, Flows>,
    /// The times of the flows' packets, if packets are counted by time.
    pub timeline: Option<Cow<'c, Timeline>>,
    /// The times of non-IP packets, if packets are counted by time.
    pub non_ip: Option<Cow<'c, Timeline>>,
    /// The encapsulations whose numbers are in the flows' keys.
    pub encapsulations: Cow<'c, Encapsulations>,
    /// The announcements of control channels.
    pub announcements: Cow<'c, Announcements>,
    /// Names of hosts in the capture. Untrusted text.
    pub names: Cow<'c, HostNames>,
    /// Sums over closed flows, if any have expired.
    pub closed: Option<Arc<ClosedFlows>>,
    /// The port table.
    pub registry: Arc<Registry>,
    /// True if the table `servers` also has rows for ports that refused or never answered.
    pub closed_ports: bool,
    /// Threads that share the work of deciding and summing flows.
    pub threads: usize,
}

impl<'c> Collected<'c> {
    /// Decides which side of each flow is the server, and which service its port stands for.
    pub fn decide(self) -> Decided<'c> {
        Decided::new(self)
    }

    /// Copies borrowed data.
    pub fn into_owned(self) -> Collected<'static> {
        let flows = match self.flows {
            Cow::Borrowed(flows) => flows.copied(self.threads),
            Cow::Owned(flows) => flows,
        };
        let owned = |timeline: Cow<'c, Timeline>| Cow::Owned(timeline.into_owned());
        Collected {
            inputs: Cow::Owned(self.inputs.into_owned()),
            tally: Cow::Owned(self.tally.into_owned()),
            flows: Cow::Owned(flows),
            timeline: self.timeline.map(owned),
            non_ip: self.non_ip.map(owned),
            encapsulations: Cow::Owned(self.encapsulations.into_owned()),
            announcements: Cow::Owned(self.announcements.into_owned()),
            names: Cow::Owned(self.names.into_owned()),
            ..self
        }
    }

    /// The span from the earliest to the latest packet.
    pub fn span(&self) -> Span {
        let mut span = Span::default();
        for (_, tally) in self.inputs.iter().flat_map(|input| &input.interfaces) {
            span.merge(tally.span);
        }
        span
    }

    /// The time of the first packet.
    pub fn start(&self) -> Time {
        self.span().first
    }

    /// The sum over all packets, without those outside of the time that was asked for.
    pub fn total(&self) -> Traffic {
        self.tally.ledger.inside()
    }

    /// The encapsulations of a flow's packets in each direction, nearly always the same.
    pub fn stacks(&self, flow: &Flow) -> [EncapsulationStack; 2] {
        let encapsulation = flow.key.encapsulation;
        [encapsulation, flow.other_encapsulation().unwrap_or(encapsulation)]
            .map(|encapsulation| self.encapsulations.stack(encapsulation))
    }

    /// True if every input was read to its end, and the filter could judge every packet.
    pub fn is_complete(&self) -> bool {
        let all_were_asked = self.filtered.as_ref().is_none_or(|filtered| filtered.unasked.is_empty());
        all_were_asked
            && self.failures.is_empty()
            && self.unread == 0
            && self.inputs.iter().all(|input| input.completeness == Completeness::Complete)
    }
}
