//! Terms and their topics.

use super::encapsulations;
use crate::capture::Completeness;
use crate::decode::Encapsulation;
use crate::explain::RungState;
use crate::flow::Initiator;
use crate::report::{Field, TableId, TimeOrder};
use crate::service::book::PortRange;
use crate::service::keyed_enum::keyed_enum;
use crate::service::{
    AnnouncementKind, Category, Confidence, ConnState, Evidence, FlowFlags, NameSource, NamedBy, Reply, Rung, Transport,
};
use crate::stats::Place;
use crate::stats::flows::Role;

/// The beginning of the keys of flags for rungs that would have decided otherwise.
const CONFLICT: &str = "conflict:";

/// A table, a column or a word that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Term {
    /// A table.
    Table(TableId),
    /// A column of a table.
    Column(TableId, Field),
    /// The evidence for a server, without its numbers.
    Evidence(Evidence),
    /// The rung of announcements, which no evidence is called by.
    Announcements,
    /// The part of a rung in a decision. Its word depends on the language.
    RungState(RungState),
    /// The confidence in a decision.
    Confidence(Confidence),
    /// A single flag of a flow.
    Flag(FlowFlags),
    /// The state of a TCP connection.
    TcpState(ConnState),
    /// The category of a service.
    Category(Category),
    /// A place of the ledger.
    Place(Place),
    /// The reply of a server side.
    Reply(Reply),
    /// The role of an address.
    Role(Role),
    /// The side that opened a flow.
    Initiator(Initiator),
    /// The source of a name.
    NameSource(NameSource),
    /// The worth of a name.
    NamedBy(NamedBy),
    /// A transport with ports.
    Transport(Transport),
    /// A range of ports.
    PortRange(PortRange),
    /// The completeness of a reading.
    Completeness(Completeness),
    /// The order of packets in time.
    TimeOrder(TimeOrder),
    /// An encapsulation, without the number of its network.
    Encapsulation(Encapsulation),
    /// A word in place of the key of a row.
    RowWord(RowWord),
}

keyed_enum! {
    /// A word in place of the key of a row that stands for many things.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum RowWord by key {
        /// Everything without a row of its own.
        Others = "others",
        /// All inputs together.
        Total = "total",
        /// Traffic without ports, in place of a category.
        Portless = "portless",
    }
}

keyed_enum! {
    /// A group of terms of one kind, by the key of its section in the documentation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Topic by key {
        /// Tables.
        Table = "tables",
        /// Evidence for a server.
        Evidence = "evidence",
        /// The rung of announcements.
        Announcements = "expect",
        /// Parts of rungs in a decision.
        RungState = "rungs",
        /// Confidence in a decision.
        Confidence = "confidence",
        /// Flags of flows.
        Flag = "flags",
        /// States of TCP connections.
        TcpState = "tcp-states",
        /// Categories of services.
        Category = "categories",
        /// Places of the ledger.
        Place = "places",
        /// Replies of server sides.
        Reply = "outcomes",
        /// Roles of addresses.
        Role = "roles",
        /// Sides that opened a flow.
        Initiator = "initiators",
        /// Sources of names.
        NameSource = "name-sources",
        /// Worths of names.
        NamedBy = "worths",
        /// Transports with ports.
        Transport = "transports",
        /// Ranges of ports.
        PortRange = "ranges",
        /// Completeness of a reading.
        Completeness = "completeness",
        /// Orders of packets in time.
        TimeOrder = "time-orders",
        /// Encapsulations.
        Encapsulation = "encapsulations",
        /// Words in place of keys.
        RowWord = "row-words",
        /// Columns.
        Column = "columns",
    }
}

impl Topic {
    /// All terms of the topic, in the order of the documentation.
    pub fn terms(self) -> Vec<Term> {
        match self {
            Topic::Table => super::tables().into_iter().map(|(table, _)| Term::Table(table)).collect(),
            Topic::Evidence => evidences().into_iter().map(Term::Evidence).collect(),
            Topic::Announcements => vec![Term::Announcements],
            Topic::RungState => {
                [RungState::Decides, RungState::Agrees, RungState::Disagrees, RungState::Silent].map(Term::RungState).to_vec()
            }
            Topic::Confidence => Confidence::ALL.into_iter().rev().map(Term::Confidence).collect(),
            Topic::Flag => FlowFlags::all().iter().filter(|flag| flag.codes().count() == 1).map(Term::Flag).collect(),
            Topic::TcpState => ConnState::ALL.map(Term::TcpState).to_vec(),
            Topic::Category => Category::ALL.map(Term::Category).to_vec(),
            Topic::Place => Place::ALL.map(Term::Place).to_vec(),
            Topic::Reply => Reply::ALL.into_iter().rev().map(Term::Reply).collect(),
            Topic::Role => Role::ALL.map(Term::Role).to_vec(),
            Topic::Initiator => Initiator::ALL.map(Term::Initiator).to_vec(),
            Topic::NameSource => NameSource::ALL.map(Term::NameSource).to_vec(),
            Topic::NamedBy => NamedBy::ALL.map(Term::NamedBy).to_vec(),
            Topic::Transport => Transport::ALL.map(Term::Transport).to_vec(),
            Topic::PortRange => PortRange::ALL.map(Term::PortRange).to_vec(),
            Topic::Completeness => {
                let interrupted = Completeness::Interrupted { offset: 0 };
                [Completeness::Complete, Completeness::CutOff, Completeness::Damaged, interrupted]
                    .map(Term::Completeness)
                    .to_vec()
            }
            Topic::TimeOrder => TimeOrder::ALL.map(Term::TimeOrder).to_vec(),
            Topic::Encapsulation => encapsulations::ALL.map(Term::Encapsulation).to_vec(),
            Topic::RowWord => RowWord::ALL.map(Term::RowWord).to_vec(),
            Topic::Column => {
                let columns =
                    |(table, fields): (TableId, Vec<Field>)| fields.into_iter().map(move |field| Term::Column(table, field));
                super::tables().into_iter().flat_map(columns).collect()
            }
        }
    }

    /// The keys of the columns in which the topic's words stand; none for words that belong to no column.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Topic::Table | Topic::Column | Topic::Announcements | Topic::RungState | Topic::RowWord => &[],
            Topic::Evidence => &["evidence"],
            Topic::Confidence => &["confidence"],
            Topic::Flag => &["flags"],
            Topic::TcpState => &["tcp_state"],
            Topic::Category => &["category"],
            Topic::Place => &["place"],
            Topic::Reply => &["outcome"],
            Topic::Role => &["role"],
            Topic::Initiator => &["initiator"],
            Topic::NameSource => &["name_source"],
            Topic::NamedBy => &["named_by"],
            Topic::Transport => &["transport"],
            Topic::PortRange => &["range"],
            Topic::Completeness => &["complete"],
            Topic::TimeOrder => &["time_order"],
            Topic::Encapsulation => &["encapsulation", "tunnel"],
        }
    }
}

impl Term {
    /// All terms: tables, words, and columns.
    pub fn all() -> Vec<Term> {
        Topic::ALL.into_iter().flat_map(Topic::terms).collect()
    }

    /// The topic of the term.
    pub const fn topic(self) -> Topic {
        match self {
            Term::Table(_) => Topic::Table,
            Term::Column(..) => Topic::Column,
            Term::Evidence(_) => Topic::Evidence,
            Term::Announcements => Topic::Announcements,
            Term::RungState(_) => Topic::RungState,
            Term::Confidence(_) => Topic::Confidence,
            Term::Flag(_) => Topic::Flag,
            Term::TcpState(_) => Topic::TcpState,
            Term::Category(_) => Topic::Category,
            Term::Place(_) => Topic::Place,
            Term::Reply(_) => Topic::Reply,
            Term::Role(_) => Topic::Role,
            Term::Initiator(_) => Topic::Initiator,
            Term::NameSource(_) => Topic::NameSource,
            Term::NamedBy(_) => Topic::NamedBy,
            Term::Transport(_) => Topic::Transport,
            Term::PortRange(_) => Topic::PortRange,
            Term::Completeness(_) => Topic::Completeness,
            Term::TimeOrder(_) => Topic::TimeOrder,
            Term::Encapsulation(_) => Topic::Encapsulation,
            Term::RowWord(_) => Topic::RowWord,
        }
    }

    /// The key of the term, which is the same in every language; `None` if it has none.
    pub fn key(self) -> Option<&'static str> {
        let key = match self {
            Term::Table(table) => table.key(),
            Term::Column(_, field) => field.key,
            Term::Evidence(evidence) => evidence.code(),
            Term::Announcements => Rung::Announcement.code(),
            Term::RungState(_) => return None,
            Term::Confidence(confidence) => confidence.name(),
            Term::Flag(flag) => return flag.codes().next(),
            Term::TcpState(state) => state.code(),
            Term::Category(category) => category.name(),
            Term::Place(place) => place.name(),
            Term::Reply(reply) => reply.name(),
            Term::Role(role) => role.name(),
            Term::Initiator(initiator) => initiator.name(),
            Term::NameSource(source) => source.name(),
            Term::NamedBy(named_by) => named_by.name(),
            Term::Transport(transport) => transport.name(),
            Term::PortRange(range) => range.name(),
            Term::Completeness(completeness) => completeness.name(),
            Term::TimeOrder(order) => order.name(),
            Term::Encapsulation(encapsulation) => encapsulation.name(),
            Term::RowWord(word) => word.key(),
        };
        Some(key)
    }

    /// The terms that help to understand this one: for a column the words in it, for a word the others of its topic, for the flag of a
    /// conflict also the evidence that disagrees.
    pub fn related(self) -> Vec<Term> {
        match self {
            Term::Table(_) => Vec::new(),
            Term::Column(table, field) => super::topic_of(table, field.key).map_or_else(Vec::new, Topic::terms),
            Term::Announcements => AnnouncementKind::ALL.map(Evidence::Announced).map(Term::Evidence).to_vec(),
            Term::Flag(flag) => {
                let rungs = Rung::ALL.into_iter().filter(|rung| rung.conflict() == flag).map(Rung::code);
                let of_rungs = rungs.filter_map(|code| Topic::Evidence.terms().into_iter().find(|term| term.key() == Some(code)));
                let is_conflict = |term: &Term| term.key().is_some_and(|key| key.starts_with(CONFLICT));
                let siblings = self.siblings().into_iter().filter(|term| is_conflict(term) == is_conflict(&self));
                let mut related: Vec<Term> = of_rungs.collect();
                related.dedup();
                related.extend(siblings);
                related
            }
            _ => self.siblings(),
        }
    }

    /// The other terms of the topic.
    fn siblings(self) -> Vec<Term> {
        self.topic().terms().into_iter().filter(|term| *term != self).collect()
    }
}

/// All kinds of evidence, in the order of the ladder.
fn evidences() -> Vec<Evidence> {
    let mut all = vec![Evidence::User];
    all.extend(AnnouncementKind::ALL.map(Evidence::Announced));
    all.extend([
        Evidence::Handshake,
        Evidence::SynAckAck,
        Evidence::Syn,
        Evidence::SynAckOnly,
        Evidence::SourcePort20,
        Evidence::PairDhcp,
        Evidence::Group,
        Evidence::PairEqual,
        Evidence::KnownServer(0),
        Evidence::Rank(0, 0),
        Evidence::PortDiversity(0, 0),
        Evidence::FirstPacket,
        Evidence::None,
    ]);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_term_belongs_to_its_topic_and_has_a_key_of_its_own_there() {
        for topic in Topic::ALL {
            let terms = topic.terms();
            assert!(!terms.is_empty() && terms.iter().all(|term| term.topic() == topic), "{topic:?}");
            let keys: HashSet<String> = terms.iter().map(|term| format!("{:?}", term.key())).collect();
            assert!(keys.len() == terms.len() || matches!(topic, Topic::Column | Topic::RungState), "{topic:?}");
        }
        assert_eq!(Topic::Flag.terms().len(), FlowFlags::all().bits().count_ones() as usize);
    }

    #[test]
    fn the_flag_of_a_conflict_leads_to_the_evidence_that_disagrees() {
        for term in Topic::Flag.terms().into_iter().filter(|term| term.key().unwrap().starts_with(CONFLICT)) {
            let code = &term.key().unwrap()[CONFLICT.len()..];
            let first = term.related()[0];
            assert!(
                first == Term::Evidence(Evidence::User) || first.key() == Some(code) || code == "expect",
                "{code}: {first:?}"
            );
        }
        assert!(!Term::Flag(FlowFlags::NAT).related().iter().any(|term| term.key().unwrap().starts_with(CONFLICT)));
    }
}
