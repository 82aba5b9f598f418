//! Values of keys and attributes that outlive the capture they come from.

use std::fmt;
use std::net::IpAddr;

use crate::report::{Kind, Value};
use crate::untrusted;

/// A value of its own, unlike [`Value`], which borrows from a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cell {
    /// Not known, or not applicable.
    Null,
    /// A whole number.
    Integer(u64),
    /// Yes or no.
    Boolean(bool),
    /// An address.
    Address(IpAddr),
    /// The ports from the first to the last one.
    PortRange(u16, u16),
    /// Text from Portolan, or from the user's port table.
    Text(Box<str>),
    /// Text from the wire or from a file name.
    Untrusted(Box<str>),
}

impl Cell {
    /// True if values of this kind can be kept.
    pub const fn holds(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::Count
                | Kind::Number
                | Kind::Bytes
                | Kind::Boolean
                | Kind::Address
                | Kind::PortRange
                | Kind::Text
                | Kind::Untrusted
        )
    }

    /// Copies a value. Values of kinds that cannot be [kept](Cell::holds) become null.
    pub fn new(value: Value<'_>) -> Cell {
        match value {
            Value::Integer(number) => Cell::Integer(number),
            Value::Boolean(is_so) => Cell::Boolean(is_so),
            Value::Address(address) => Cell::Address(address),
            Value::PortRange(first, last) => Cell::PortRange(first, last),
            Value::Text(text) => Cell::Text(text.into()),
            Value::Untrusted(text) => Cell::Untrusted(text.into()),
            _ => Cell::Null,
        }
    }

    /// The value.
    pub fn value(&self) -> Value<'_> {
        match self {
            Cell::Null => Value::Null,
            Cell::Integer(number) => Value::Integer(*number),
            Cell::Boolean(is_so) => Value::Boolean(*is_so),
            Cell::Address(address) => Value::Address(*address),
            Cell::PortRange(first, last) => Value::PortRange(*first, *last),
            Cell::Text(text) => Value::Text(text),
            Cell::Untrusted(text) => Value::Untrusted(text),
        }
    }
}

/// The value in a sentence. Text from outside is cleaned.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => Ok(()),
            Cell::Integer(number) => write!(f, "{number}"),
            Cell::Boolean(is_so) => f.write_str(if *is_so { "yes" } else { "no" }),
            Cell::Address(address) => write!(f, "{address}"),
            Cell::PortRange(first, last) if first == last => write!(f, "{first}"),
            Cell::PortRange(first, last) => write!(f, "{first}-{last}"),
            Cell::Text(text) => f.write_str(text),
            Cell::Untrusted(text) => f.write_str(&untrusted::clean(text)),
        }
    }
}
