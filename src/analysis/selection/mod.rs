//! The selection of flows by their verdicts, hosts and ports.

mod display_filter;
mod matcher;
mod selected;
mod values;

use std::fmt;

pub use display_filter::{FilterTranslation, translate_display_filter};
pub use selected::{Selected, SelectedFlows};
pub use values::{NoSuchWord, OutcomeWord, PortSpan, WantedHost, WantedServer, parse_confidence, parse_transport};

use crate::capture::near_words;
use crate::service::book::Book;
pub use crate::service::category::PORTLESS;
use crate::service::{Category, Confidence, Registry};

/// A selection of flows: those that meet every criterion.
///
/// ```
/// use portolan::analysis::{Criterion, Options, Selection, Condition, analyse};
/// use portolan::report::{FlowRow, Report};
///
/// let https = Condition::wanted(Criterion::Services(vec!["https".to_owned()]));
/// let decided = analyse(&Options::for_files(["samples/office.pcapng"])).select(&Selection { terms: vec![https] });
/// assert!(Report::new(&decided).rows::<FlowRow>().into_iter().all(|row| row.service == Some("https")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The criteria.
    pub terms: Vec<Condition>,
}

/// A criterion, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// True if flows that meet the criterion are left out, and all others are selected.
    pub is_excluded: bool,
    /// The criterion.
    pub criterion: Criterion,
}

/// A property of flows. A flow meets the criterion if it has any of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Criterion {
    /// The service that it counts as. The unanswered part of a scan counts as none.
    Services(Vec<String>),
    /// The name of the category that it counts as, built in or of the user's port table; [`PORTLESS`] stands for traffic without
    /// ports, packets that are not IP included.
    Categories(Vec<String>),
    /// The server of flows with ports, where one side is known as the server.
    Servers(Vec<WantedServer>),
    /// The client of such flows.
    Clients(Vec<WantedHost>),
    /// Either side.
    Hosts(Vec<WantedHost>),
    /// The server's port, where one side is known as the server.
    Ports(Vec<PortSpan>),
    /// The numbers of IP protocols.
    Transports(Vec<u8>),
    /// The reply of the server, or the outcome of the connection.
    Outcomes(Vec<OutcomeWord>),
    /// The confidence in the server.
    Confidences(Vec<Confidence>),
    /// A VLAN identifier on the path of any direction.
    Vlans(Vec<u16>),
}

/// A name in a selection that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSuchName {
    /// A service.
    Service(NoSuchService),
    /// A category.
    Category(NoSuchCategory),
}

/// A category that no flow can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchCategory {
    /// The name.
    pub word: String,
    /// True if it is the name of a service.
    pub is_service: bool,
    /// Similar categories, the most similar first.
    pub near: Vec<String>,
    /// All categories.
    pub known: Vec<String>,
}

/// A service that no flow can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchService {
    /// The name.
    pub word: String,
    /// True if it is the key of a category.
    pub is_category: bool,
    /// Similar names of services.
    pub near: Vec<String>,
}

impl Selection {
    /// True if every flow is selected.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Checks that the port table has the named services and categories.
    ///
    /// # Errors
    ///
    /// The first service that it lacks; otherwise the first category.
    pub fn check(&self, registry: &Registry) -> Result<(), NoSuchName> {
        self.check_services(registry).map_err(NoSuchName::Service)?;
        self.check_categories(registry).map_err(NoSuchName::Category)
    }

    fn check_services(&self, registry: &Registry) -> Result<(), NoSuchService> {
        let services = self.terms.iter().filter_map(|term| match &term.criterion {
            Criterion::Services(services) => Some(services),
            _ => None,
        });
        let Some(word) = services.flatten().find(|service| !registry.has_name(service)) else { return Ok(()) };
        let is_category = *word == PORTLESS || registry.category_named(word).is_some();
        let near = Book::open(registry).near_names(word);
        Err(NoSuchService {
            word: word.clone(),
            is_category,
            near: near.into_iter().filter(|name| registry.has_name(name)).collect(),
        })
    }

    fn check_categories(&self, registry: &Registry) -> Result<(), NoSuchCategory> {
        let categories = self.terms.iter().filter_map(|term| match &term.criterion {
            Criterion::Categories(categories) => Some(categories),
            _ => None,
        });
        let is_known = |name: &str| name == PORTLESS || registry.category_named(name).is_some();
        let Some(word) = categories.flatten().find(|category| !is_known(category)) else { return Ok(()) };
        let own = registry.own_categories().iter().map(|category| &*category.name);
        let known: Vec<&str> = Category::ALL.map(Category::name).into_iter().chain([PORTLESS]).chain(own).collect();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Err(NoSuchCategory {
            word: word.clone(),
            is_service: registry.has_name(word),
            near: owned(&near_words(word, known.iter().copied())),
            known: owned(&known),
        })
    }
}

impl fmt::Display for Selection {
    /// Writes the options of the command line that make this selection.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, term) in self.terms.iter().enumerate() {
            let space = if number > 0 { " " } else { "" };
            write!(f, "{space}--{} {}", term.key(), term.values().join(","))?;
        }
        Ok(())
    }
}

impl Condition {
    /// A criterion that flows meet.
    pub fn wanted(criterion: Criterion) -> Condition {
        Condition { is_excluded: false, criterion }
    }

    /// The opposite of a criterion.
    pub fn excluded(criterion: Criterion) -> Condition {
        Condition { is_excluded: true, criterion }
    }

    /// The name of the option: `service`, `not-service`.
    pub fn key(&self) -> String {
        let not = if self.is_excluded { "not-" } else { "" };
        format!("{not}{}", self.criterion.key())
    }

    /// The values as they are typed.
    pub fn values(&self) -> Vec<String> {
        self.criterion.values()
    }
}

impl Criterion {
    /// The criterion with the values of both, which must be of one kind; otherwise the first.
    pub fn or(mut self, other: Criterion) -> Criterion {
        match (&mut self, other) {
            (Criterion::Services(mine), Criterion::Services(more)) => mine.extend(more),
            (Criterion::Categories(mine), Criterion::Categories(more)) => mine.extend(more),
            (Criterion::Servers(mine), Criterion::Servers(more)) => mine.extend(more),
            (Criterion::Clients(mine), Criterion::Clients(more)) => mine.extend(more),
            (Criterion::Hosts(mine), Criterion::Hosts(more)) => mine.extend(more),
            (Criterion::Ports(mine), Criterion::Ports(more)) => mine.extend(more),
            (Criterion::Transports(mine), Criterion::Transports(more)) => mine.extend(more),
            (Criterion::Outcomes(mine), Criterion::Outcomes(more)) => mine.extend(more),
            (Criterion::Confidences(mine), Criterion::Confidences(more)) => mine.extend(more),
            (Criterion::Vlans(mine), Criterion::Vlans(more)) => mine.extend(more),
            _ => {}
        }
        self
    }

    const fn key(&self) -> &'static str {
        match self {
            Criterion::Services(_) => "service",
            Criterion::Categories(_) => "category",
            Criterion::Servers(_) => "server",
            Criterion::Clients(_) => "client",
            Criterion::Hosts(_) => "host",
            Criterion::Ports(_) => "port",
            Criterion::Transports(_) => "transport",
            Criterion::Outcomes(_) => "outcome",
            Criterion::Confidences(_) => "confidence",
            Criterion::Vlans(_) => "vlan",
        }
    }

    fn values(&self) -> Vec<String> {
        fn texts<T>(values: &[T], text: impl Fn(&T) -> String) -> Vec<String> {
            values.iter().map(text).collect()
        }
        match self {
            Criterion::Services(names) | Criterion::Categories(names) => names.clone(),
            Criterion::Servers(servers) => texts(servers, ToString::to_string),
            Criterion::Clients(machines) | Criterion::Hosts(machines) => texts(machines, ToString::to_string),
            Criterion::Ports(ports) => texts(ports, ToString::to_string),
            Criterion::Transports(protocols) => texts(protocols, |number| values::transport_key(*number)),
            Criterion::Outcomes(outcomes) => texts(outcomes, |outcome| outcome.name().to_owned()),
            Criterion::Confidences(confidences) => texts(confidences, |confidence| confidence.name().to_owned()),
            Criterion::Vlans(vlans) => texts(vlans, ToString::to_string),
        }
    }
}
