//! Rows in the order of a column's values. The values are compared as what they are, numbers, addresses or text, and only the values
//! of that column are held, not the rows: about 16 bytes for each row with a number, 24 for one with an address, and 8 for one with
//! text, which is held once for all rows that have it.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Range;

use super::column::Kind;
use super::table::Table;
use super::value::{PortFact, Share, Value};
use crate::service::book::{Document, PortDescription};
use crate::support::parallel;

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest value first.
    Ascending,
    /// The largest value first.
    Descending,
}

impl Direction {
    /// The usual direction of a column: the largest amount first, and everything else from the beginning.
    pub const fn usual(kind: Kind) -> Direction {
        match kind {
            Kind::Count | Kind::Bytes | Kind::Share | Kind::Decimal(_) | Kind::Seconds(_) => Direction::Descending,
            _ => Direction::Ascending,
        }
    }
}

/// The places of a table's rows, sorted by the values in column `index` of the table's source. Rows with the same value keep their
/// order; rows without a value come after all others, and the row that stands for all rows without a place of their own comes last.
pub fn sorted(table: &Table<'_>, index: usize, direction: Direction) -> Vec<u32> {
    match table.source_kind(index) {
        Kind::Share | Kind::Decimal(_) => Places::of(table, index, wide_number).sorted(direction, table.threads),
        Kind::Address => {
            let address = |value: Value<'_>| match value {
                Value::Address(address) => Some(address),
                _ => None,
            };
            Places::of(table, index, address).sorted(direction, table.threads)
        }
        Kind::CommunityId | Kind::Text | Kind::PortFact | Kind::Untrusted | Kind::List(_) => {
            Places::of_text(table, index).sorted(direction, table.threads)
        }
        Kind::Count
        | Kind::Number
        | Kind::Bytes
        | Kind::Seconds(_)
        | Kind::Boolean
        | Kind::Time
        | Kind::PortRange
        | Kind::Compared => Places::of(table, index, number).sorted(direction, table.threads),
    }
}

/// The places of rows by the value that they have in a column.
struct Places<K> {
    known: Vec<(K, u32)>,
    unknown: Vec<u32>,
    /// The row for all rows without a place of their own.
    rest: Vec<u32>,
}

impl<K: Send> Places<K> {
    fn new() -> Places<K> {
        Places { known: Vec::new(), unknown: Vec::new(), rest: Vec::new() }
    }

    /// Collects the values of a column, which `key` makes comparable.
    fn of(table: &Table<'_>, index: usize, key: impl Fn(Value<'_>) -> Option<K> + Sync) -> Places<K> {
        let parts = parallel::parts(table.len(), table.threads, |part| {
            let mut places = Places::new();
            places.add(table, index, part, &key);
            places
        });
        Places::joined(parts)
    }

    fn add(&mut self, table: &Table<'_>, index: usize, part: Range<usize>, mut key: impl FnMut(Value<'_>) -> Option<K>) {
        // A table has fewer than 2^32 rows: see `MAX_FLOWS`.
        let mut place = part.start as u32;
        table.visit_source(part, &mut |values| {
            match key(values[index]) {
                _ if table.is_rest(values) => self.rest.push(place),
                Some(key) => self.known.push((key, place)),
                None => self.unknown.push(place),
            }
            place += 1;
        });
    }

    fn joined(parts: Vec<Places<K>>) -> Places<K> {
        let (mut known, mut unknown, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            known.push(part.known);
            unknown.push(part.unknown);
            rest.push(part.rest);
        }
        Places { known: parallel::joined(known), unknown: parallel::joined(unknown), rest: parallel::joined(rest) }
    }
}

impl<K: Ord + Send> Places<K> {
    fn sorted(self, direction: Direction, threads: usize) -> Vec<u32> {
        let mut places = match direction {
            Direction::Ascending => sorted_places(self.known, threads),
            Direction::Descending => {
                sorted_places(self.known.into_iter().map(|(key, place)| (Reverse(key), place)).collect(), threads)
            }
        };
        places.extend(self.unknown);
        places.extend(self.rest);
        places
    }
}

fn sorted_places<K: Ord + Send>(mut places: Vec<(K, u32)>, threads: usize) -> Vec<u32> {
    parallel::sort(&mut places, threads);
    places.into_iter().map(|(_, place)| place).collect()
}

impl Places<u32> {
    /// Collects the texts of a column: by their rank among all of them.
    fn of_text(table: &Table<'_>, index: usize) -> Places<u32> {
        let parts = parallel::parts(table.len(), table.threads, |part| {
            let (mut places, mut texts) = (Places::new(), HashMap::<Box<[u8]>, u32>::new());
            let mut text = Vec::new();
            places.add(table, index, part, |value| {
                text.clear();
                append_text(value, &mut text);
                if text.is_empty() {
                    return None;
                }
                Some(match texts.get(text.as_slice()) {
                    Some(number) => *number,
                    None => {
                        let number = texts.len() as u32;
                        texts.insert(text.as_slice().into(), number);
                        number
                    }
                })
            });
            (places, texts)
        });
        let all: BTreeSet<&[u8]> = parts.iter().flat_map(|(_, texts)| texts.keys().map(AsRef::as_ref)).collect();
        let ranks: HashMap<&[u8], u32> = (0..).zip(all).map(|(rank, text)| (text, rank)).collect();
        let ranked = parts.iter().map(|(places, texts)| {
            let mut rank_of = vec![0; texts.len()];
            texts.iter().for_each(|(text, number)| rank_of[*number as usize] = ranks[text.as_ref()]);
            let known = places.known.iter().map(|(number, place)| (rank_of[*number as usize], *place)).collect();
            Places { known, unknown: places.unknown.clone(), rest: places.rest.clone() }
        });
        Places::joined(ranked.collect())
    }
}

/// A number of a column, for the comparison with others of the same column.
fn number(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Integer(number) => Some(number),
        Value::Boolean(is_so) => Some(is_so.into()),
        Value::Time(time) => time.nanoseconds().map(ordered),
        Value::PortRange(first, last) => Some(u64::from(first) << 16 | u64::from(last)),
        Value::Compared([more, less]) => Some(ordered(i64::from(more)) << 32 ^ u64::from(less as u32 ^ 1 << 31)),
        // The nanoseconds of a duration are a number of 64 bits everywhere else.
        Value::Decimal { value, .. } => Some(ordered(value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)),
        _ => None,
    }
}

/// A signed number as an unsigned one with the same place among all numbers.
fn ordered(number: i64) -> u64 {
    number as u64 ^ 1 << 63
}

/// A share or a decimal number, which may need more than 64 bits.
fn wide_number(value: Value<'_>) -> Option<i128> {
    match value {
        Value::Share(Share { whole: 0, .. }) => Some(0),
        Value::Share(Share { part, whole }) => {
            Some(i128::try_from((u128::from(part) << 64) / u128::from(whole)).unwrap_or(i128::MAX))
        }
        Value::Decimal { value, .. } => Some(value),
        _ => None,
    }
}

/// Appends bytes that compare as the value does: text without regard to case, and numbers and addresses in lists by their size.
/// Nothing for null and for empty lists.
fn append_text(value: Value<'_>, text: &mut Vec<u8>) {
    match value {
        Value::Text(string) | Value::Untrusted(string) => append_string(string, text),
        Value::PortFact(fact) => append_string(words(fact), text),
        Value::CommunityId(id) => text.extend_from_slice(&id.to_ascii()),
        Value::List(list) => list.each(&mut |item| {
            // A list comes after its own beginning.
            text.push(1);
            append_text(item, text);
        }),
        Value::Address(address) => {
            text.push(u8::from(address.is_ipv6()));
            match address {
                IpAddr::V4(address) => text.extend_from_slice(&address.octets()),
                IpAddr::V6(address) => text.extend_from_slice(&address.octets()),
            }
        }
        Value::Share(_) => text.extend_from_slice(&wide_number(value).unwrap_or_default().to_be_bytes()),
        other => number(other).into_iter().for_each(|number| text.extend_from_slice(&number.to_be_bytes())),
    }
}

/// Appends text so that case decides only between texts that are otherwise the same.
fn append_string(string: &str, text: &mut Vec<u8>) {
    if !string.is_empty() {
        text.extend_from_slice(string.to_lowercase().as_bytes());
        text.push(0);
        text.extend_from_slice(string.as_bytes());
        text.push(0);
    }
}

/// The text that stands for a fact about a port in an order: facts from the user's own table come first.
fn words(fact: PortFact<'_>) -> &'static str {
    match fact {
        PortFact::Description(PortDescription::Note(note)) => note,
        PortFact::Document(Document::Named(name)) => name,
        PortFact::Document(Document::IanaRegistry) => "IANA",
        PortFact::Description(PortDescription::UsersRule { .. }) | PortFact::Document(Document::UsersTable) => " ",
    }
}
