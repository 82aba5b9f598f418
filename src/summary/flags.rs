//! What is out of the ordinary with a flow, in words.

use std::borrow::Cow;

use super::value::{List, Value};
use crate::decode::{Encapsulation, Path};
use crate::flow::{Flow, Outcome};
use crate::service::ladder::Opening;
use crate::service::rung::Conflicts;
use crate::service::{Marks, Transport, Verdict};

/// True if a flow has a flag.
type IsSet = fn(&Facts<'_>) -> bool;

/// The flags that tell something about a flow alone, in the order in which they are written.
const OWN_FLAGS: [(&str, IsSet); 12] = [
    ("midstream", |facts| facts.outcome == Some(Outcome::Midstream)),
    ("one-way", |facts| !facts.flow.is_two_way()),
    ("attempt", |facts| facts.outcome == Some(Outcome::Attempted)),
    ("refused", |facts| facts.outcome == Some(Outcome::Refused) || facts.flow.is_port_unreachable()),
    ("symmetric", |facts| facts.transport.is_some() && facts.flow.key.ports[0] == facts.flow.key.ports[1]),
    ("group-dst", |facts| facts.flow.group_side().is_some()),
    ("fragmented", |facts| facts.flow.is_fragmented()),
    ("tunnelled", |facts| facts.paths.iter().flat_map(Path::steps).any(|step| !matches!(step, Encapsulation::Vlan(_)))),
    ("scope-by-direction", |facts| facts.flow.other_scope().is_some()),
    ("port-reuse", |facts| facts.flow.is_port_reuse()),
    ("simultaneous-open", |facts| facts.outcome.is_some() && facts.opening == Opening::Simultaneous),
    ("synack-only", |facts| facts.outcome.is_some() && matches!(facts.opening, Opening::AnswerOnly(_))),
];

/// What the flags of a flow depend on.
struct Facts<'f> {
    flow: &'f Flow,
    paths: &'f [Path],
    transport: Option<Transport>,
    opening: Opening,
    /// How the connection went, if the transport has connections.
    outcome: Option<Outcome>,
}

/// The flags of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowFlags {
    /// True for each of [`OWN_FLAGS`] that the flow has.
    own: [bool; OWN_FLAGS.len()],
    marks: Marks,
    conflicts: Conflicts,
}

impl FlowFlags {
    /// The flags of a flow with this verdict, whose packets came on these paths.
    pub fn new(flow: &Flow, verdict: &Verdict, paths: &[Path]) -> FlowFlags {
        let marks = verdict.marks;
        // What stands for many flows has no flags of one.
        if flow.is_overflow() {
            return FlowFlags { marks, ..FlowFlags::default() };
        }
        let transport = Transport::from_protocol(flow.key.protocol);
        let has_connections = transport.is_some_and(Transport::has_connections);
        let (opening, outcome) = (flow.opening(), has_connections.then(|| flow.outcome()));
        let facts = Facts { flow, paths, transport, opening, outcome };
        let own = OWN_FLAGS.map(|(_, is_set)| is_set(&facts));
        FlowFlags { own, marks, conflicts: verdict.conflicts }
    }

    /// The words for them.
    pub fn words(self) -> impl Iterator<Item = Cow<'static, str>> {
        let own = OWN_FLAGS.into_iter().zip(self.own).filter(|(_, is_set)| *is_set).map(|((word, _), _)| Cow::Borrowed(word));
        let marks = self.marks.codes().map(Cow::Borrowed);
        let conflicts = self.conflicts.codes().map(|code| Cow::Owned(format!("conflict:{code}")));
        own.chain(marks).chain(conflicts)
    }
}

impl List for FlowFlags {
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        self.words().for_each(|word| see(Value::Text(&word)));
    }
}
