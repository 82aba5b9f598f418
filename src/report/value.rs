//! Values of tables: numbers, times, addresses, text and lists, typed for any format. Writers turn them into text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use super::community_id::CommunityId;
use crate::decode::Encapsulation;
use crate::flow::FlowId;
use crate::service::NamedBy;
use crate::service::book::{Document, PortDescription};
use crate::time::Time;
use crate::traffic::Traffic;

/// A part of a whole. The share of a whole of 0 is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

impl Share {
    /// The share in basis points (hundredths of a per cent), rounded half up.
    pub fn basis_points(self) -> u64 {
        if self.whole == 0 {
            return 0;
        }
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        ((part * 20_000 + whole) / (whole * 2)) as u64
    }
}

/// Packets and bytes as parts of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TrafficShare {
    /// The part.
    pub part: Traffic,
    /// The whole.
    pub whole: Traffic,
}

impl TrafficShare {
    /// The share of the packets.
    pub fn packets(self) -> Share {
        Share { part: self.part.packets, whole: self.whole.packets }
    }

    /// The share of the bytes on the wire.
    pub fn wire_bytes(self) -> Share {
        Share { part: self.part.wire_bytes, whole: self.whole.wire_bytes }
    }
}

/// A fact about a port. It has no key: it is read as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortFact<'r> {
    /// The purpose of the port.
    Description(&'r PortDescription),
    /// The document that its name rests on.
    Document(Document),
}

/// A value of a column in a row. Text and lists are borrowed from the row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'r> {
    /// Not known, or not applicable.
    Null,
    /// A whole number. The [kind](super::Kind) of its column gives its meaning.
    Integer(u64),
    /// A part of a whole.
    Share(Share),
    /// `value` divided by 10 to the power of `digits`.
    Decimal {
        /// The number without its decimal point.
        value: i128,
        /// The number of digits after the decimal point.
        digits: u8,
    },
    /// Yes or no.
    Boolean(bool),
    /// A known point in time.
    Time(Time),
    /// An address.
    Address(IpAddr),
    /// The ports from the first to the last one.
    PortRange(u16, u16),
    /// The identifier of a flow that other programs use, too.
    CommunityId(CommunityId<'r>),
    /// Two numbers whose comparison decided which side is the server, the greater one first.
    Compared([i32; 2]),
    /// Text from Portolan, or from the user's port table.
    Text(&'r str),
    /// A fact about a port, which writers put into words.
    PortFact(PortFact<'r>),
    /// Text from the wire or from a file name: untrusted until it is cleaned.
    Untrusted(&'r str),
    /// Several values of one kind.
    List(&'r dyn List),
}

impl<'r> Value<'r> {
    /// Converts text from the wire or from a file name; null for `None`.
    pub fn untrusted(text: Option<&'r str>) -> Value<'r> {
        text.map_or(Value::Null, Value::Untrusted)
    }

    /// Converts a duration in nanoseconds to seconds with nine digits.
    pub fn seconds(nanoseconds: Option<i64>) -> Value<'r> {
        nanoseconds.map_or(Value::Null, |value| Value::Decimal { value: i128::from(value), digits: 9 })
    }

    /// `count * unit / divisor` with `digits` after the decimal point, rounded half up; null if the divisor is 0 or missing.
    pub fn ratio(count: u64, unit: u64, divisor: Option<u64>, digits: u8) -> Value<'r> {
        let Some(divisor) = divisor.filter(|divisor| *divisor > 0).map(i128::from) else { return Value::Null };
        let scaled = i128::from(count) * i128::from(unit) * 10i128.pow(u32::from(digits));
        Value::Decimal { value: (scaled * 2 + divisor) / (divisor * 2), digits }
    }

    /// Adds a number or share of the same column.
    pub(super) fn plus(self, other: Value<'_>) -> Value<'static> {
        match (self, other) {
            (Value::Integer(a), Value::Integer(b)) => Value::Integer(a.saturating_add(b)),
            (Value::Share(a), Value::Share(b)) => Value::Share(Share { part: a.part.saturating_add(b.part), ..a }),
            (Value::Integer(number), _) | (_, Value::Integer(number)) => Value::Integer(number),
            (Value::Share(share), _) | (_, Value::Share(share)) => Value::Share(share),
            _ => Value::Null,
        }
    }

    /// Subtracts a number or share of the same column.
    pub(super) fn minus(self, other: Value<'_>) -> Value<'static> {
        match (self, other) {
            (Value::Integer(a), Value::Integer(b)) => Value::Integer(a.saturating_sub(b)),
            (Value::Share(a), Value::Share(b)) => Value::Share(Share { part: a.part.saturating_sub(b.part), ..a }),
            (Value::Integer(number), _) => Value::Integer(number),
            (Value::Share(share), _) => Value::Share(share),
            _ => Value::Null,
        }
    }
}

impl<'r, T: Into<Value<'r>>> From<Option<T>> for Value<'r> {
    fn from(value: Option<T>) -> Value<'r> {
        value.map_or(Value::Null, Into::into)
    }
}

impl<'r> From<&'r str> for Value<'r> {
    fn from(text: &'r str) -> Value<'r> {
        Value::Text(text)
    }
}

impl<'r> From<&'r String> for Value<'r> {
    fn from(text: &'r String) -> Value<'r> {
        Value::Text(text)
    }
}

impl<'r> From<&'r Cow<'_, str>> for Value<'r> {
    fn from(text: &'r Cow<'_, str>) -> Value<'r> {
        Value::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Value::Integer(number)
    }
}

impl From<FlowId> for Value<'_> {
    fn from(id: FlowId) -> Self {
        Value::Integer(id.0)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Integer(number.into())
    }
}

impl From<u16> for Value<'_> {
    fn from(number: u16) -> Self {
        Value::Integer(number.into())
    }
}

impl From<u8> for Value<'_> {
    fn from(number: u8) -> Self {
        Value::Integer(number.into())
    }
}

impl From<Share> for Value<'_> {
    fn from(share: Share) -> Self {
        Value::Share(share)
    }
}

impl From<bool> for Value<'_> {
    fn from(is_so: bool) -> Self {
        Value::Boolean(is_so)
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(address: IpAddr) -> Self {
        Value::Address(address)
    }
}

impl From<[i32; 2]> for Value<'_> {
    fn from(numbers: [i32; 2]) -> Self {
        Value::Compared(numbers)
    }
}

impl<'r> From<PortFact<'r>> for Value<'r> {
    fn from(fact: PortFact<'r>) -> Value<'r> {
        Value::PortFact(fact)
    }
}

impl<'r> From<CommunityId<'r>> for Value<'r> {
    fn from(id: CommunityId<'r>) -> Value<'r> {
        Value::CommunityId(id)
    }
}

impl From<Time> for Value<'_> {
    /// A known time, or null.
    fn from(time: Time) -> Self {
        if time.is_known() { Value::Time(time) } else { Value::Null }
    }
}

/// Several values of one kind, in order.
pub trait List {
    /// Passes each item to `see`.
    fn each(&self, see: &mut dyn FnMut(Value<'_>));
}

impl fmt::Debug for dyn List + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        self.each(&mut |item| {
            list.entry(&item);
        });
        list.finish()
    }
}

impl PartialEq for dyn List + '_ {
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

/// An item of a list.
pub trait Item {
    /// Passes the item's value to `see`.
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>));
}

impl<T: Item> List for Vec<T> {
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        self.iter().for_each(|item| item.pass_to(see));
    }
}

impl<T: Item> List for &[T] {
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        self.iter().for_each(|item| item.pass_to(see));
    }
}

impl<T: Item, const N: usize> List for [Option<T>; N] {
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        self.iter().flatten().for_each(|item| item.pass_to(see));
    }
}

impl List for BTreeSet<u16> {
    /// Passes ranges of ports: consecutive ports form one range.
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        let mut ports = self.iter().copied();
        let Some(first) = ports.next() else { return };
        let (mut first, mut last) = (first, first);
        for port in ports {
            // Ports ascend, so that the difference is positive.
            if port - last > 1 {
                see(Value::PortRange(first, last));
                first = port;
            }
            last = port;
        }
        see(Value::PortRange(first, last));
    }
}

impl Item for &str {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see(Value::Text(self));
    }
}

impl Item for NamedBy {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see(Value::Text(self.name()));
    }
}

impl Item for Cow<'_, str> {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see(Value::Text(self));
    }
}

impl Item for u16 {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see((*self).into());
    }
}

impl Item for IpAddr {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see((*self).into());
    }
}

impl Item for Encapsulation {
    /// Passes the key, followed by the number of the virtual network if there is one: `vxlan:5`.
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see(Value::Text(&self.to_string()));
    }
}

impl<T: Item> Item for Vec<T> {
    fn pass_to(&self, see: &mut dyn FnMut(Value<'_>)) {
        see(Value::List(self));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_come_from_exact_integers() {
        let basis_points = |part, whole| Share { part, whole }.basis_points();
        assert_eq!(basis_points(1, 3), 3333);
        assert_eq!(basis_points(2, 3), 6667);
        assert_eq!(basis_points(1, 20_000), 1);
        assert_eq!(basis_points(0, 0), 0);
        assert_eq!(basis_points(u64::MAX, u64::MAX), 10_000);
    }

    #[test]
    fn ratios_are_rounded_half_up() {
        assert_eq!(Value::ratio(1, 1, Some(8), 2), Value::Decimal { value: 13, digits: 2 });
        assert_eq!(Value::ratio(1, 1, Some(0), 2), Value::Null);
        assert_eq!(
            Value::ratio(u64::MAX, 8_000_000_000, Some(1), 2),
            Value::Decimal { value: i128::from(u64::MAX) * 800_000_000_000, digits: 2 }
        );
    }

    #[test]
    fn neighbouring_ports_are_one_range() {
        let ports = BTreeSet::from([0, 80, 8080, 8081, 8082, 65534, 65535]);
        let ranges = "[PortRange(0, 0), PortRange(80, 80), PortRange(8080, 8082), PortRange(65534, 65535)]";
        assert_eq!(format!("{:?}", Value::List(&ports)), format!("List({ranges})"));
        assert_eq!(format!("{:?}", Value::List(&BTreeSet::<u16>::new())), "List([])");
    }
}
