//! Columns of tables: a key, the kind of the values, the role among the columns, and a function from a row to its value.

use super::table_id::TableId;
use super::value::Value;

/// The kind of a column's values, known before the first row. Every value is null or of its column's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A number of items.
    Count,
    /// A number that identifies something: a port, a protocol, a type.
    Number,
    /// A number of bytes.
    Bytes,
    /// A part of a whole, as a percentage with two digits after the decimal point.
    Share,
    /// A decimal number with this many digits after the decimal point.
    Decimal(u8),
    /// A duration in seconds with this many digits after the decimal point.
    Seconds(u8),
    /// Yes or no.
    Boolean,
    /// A point in time.
    Time,
    /// An IP address.
    Address,
    /// A port, or a range of ports.
    PortRange,
    /// A Community ID: 30 characters of ASCII.
    CommunityId,
    /// Two numbers that were compared.
    Compared,
    /// Text from Portolan, or from the user's port table.
    Text,
    /// A fact about a port: words, which may have characters of the user's port table.
    PortFact,
    /// Text from the wire or from a file name.
    Untrusted,
    /// A list of values of one kind.
    List(&'static Kind),
}

impl Kind {
    /// True if a column of this kind may hold the value.
    pub fn admits(self, value: Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Null)
            | (Kind::Count | Kind::Number | Kind::Bytes, Value::Integer(_))
            | (Kind::Share, Value::Share(_))
            | (Kind::Boolean, Value::Boolean(_))
            | (Kind::Time, Value::Time(_))
            | (Kind::Address, Value::Address(_))
            | (Kind::PortRange, Value::PortRange(..))
            | (Kind::CommunityId, Value::CommunityId(_))
            | (Kind::Compared, Value::Compared(_))
            | (Kind::Text, Value::Text(_))
            | (Kind::PortFact, Value::PortFact(_))
            | (Kind::Untrusted, Value::Untrusted(_)) => true,
            (Kind::Decimal(expected) | Kind::Seconds(expected), Value::Decimal { digits, .. }) => digits == expected,
            (Kind::List(kind), Value::List(list)) => {
                let mut admits_all = true;
                list.each(&mut |item| admits_all &= item != Value::Null && kind.admits(item));
                admits_all
            }
            _ => false,
        }
    }

    /// True for numbers, which are right-aligned.
    pub const fn is_numeric(self) -> bool {
        matches!(
            self,
            Kind::Count | Kind::Number | Kind::Bytes | Kind::Share | Kind::Decimal(_) | Kind::Seconds(_) | Kind::PortRange
        )
    }
}

/// The role of a column in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnRole {
    /// A part of the key. The keys together identify a row. The row for all other rows has null in each of them.
    Key,
    /// A number that can be summed over rows.
    Measure,
    /// A property of the entity that the keys identify.
    Attribute,
}

/// The use of a table's keys when captures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparability {
    /// The keys name things of the network, such as servers: a new or a missing one is a difference between captures.
    Things,
    /// The keys divide the traffic into parts, such as lengths of packets: only the sizes of the parts are compared.
    Parts,
    /// The keys belong to one capture, such as times and numbers of flows: the table is not compared.
    OneCapture,
}

/// A column as formats see it, before the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The column's key in CSV and JSON. A key never changes its meaning.
    pub key: &'static str,
    /// The kind of the column's values.
    pub kind: Kind,
    /// The column's role.
    pub role: ColumnRole,
    /// The word that text formats write instead of null, if null stands for all rows without a place of their own. A table has at
    /// most one column with such a word.
    pub null_word: Option<&'static str>,
}

/// A type of rows with its columns.
///
/// Rows may borrow from their source. The type with the lifetime `'static` stands for all of them:
///
/// ```
/// use portolan::report::{Column, Kind, Record, TableId, Value};
///
/// struct PetRow<'a> {
///     name: &'a str,
///     legs: u64,
/// }
///
/// impl Record for PetRow<'static> {
///     type Row<'a> = PetRow<'a>;
///     const ID: TableId = TableId::Other("pets");
///     const COLUMNS: &'static [Column<Self>] = &[
///         Column::key("name", Kind::Untrusted, |row| Value::Untrusted(row.name)),
///         Column::measure("legs", Kind::Count, |row| row.legs.into()),
///     ];
/// }
/// ```
pub trait Record: Sized + 'static {
    /// The type of a row, which may borrow.
    type Row<'a>: Send + Sync;

    /// The identity of the table.
    const ID: TableId;

    /// The columns, in the order in which formats write them.
    const COLUMNS: &'static [Column<Self>];

    /// The use of the keys when captures are compared.
    const COMPARABILITY: Comparability = Comparability::Things;

    /// True if other captures of the same network are expected to have a row with the same key. False where a key is chosen afresh
    /// for each connection, such as the port of an FTP data connection.
    fn is_lasting(_row: &Self::Row<'_>) -> bool {
        true
    }

    /// The columns as formats see them.
    fn fields() -> Vec<Field> {
        Self::COLUMNS.iter().map(|column| column.field).collect()
    }
}

/// A column of a type of rows.
pub struct Column<R: Record> {
    /// The column as formats see it.
    pub field: Field,
    /// The column's value in a row.
    pub value: for<'r, 'a> fn(&'r R::Row<'a>) -> Value<'r>,
}

impl<R: Record> Column<R> {
    /// Creates a column that identifies a row, alone or together with other keys.
    pub const fn key(key: &'static str, kind: Kind, value: for<'r, 'a> fn(&'r R::Row<'a>) -> Value<'r>) -> Column<R> {
        Column { field: Field { key, kind, role: ColumnRole::Key, null_word: None }, value }
    }

    /// Creates a column of numbers that can be summed over rows.
    pub const fn measure(key: &'static str, kind: Kind, value: for<'r, 'a> fn(&'r R::Row<'a>) -> Value<'r>) -> Column<R> {
        Column { field: Field { key, kind, role: ColumnRole::Measure, null_word: None }, value }
    }

    /// Creates any other column.
    pub const fn attribute(key: &'static str, kind: Kind, value: for<'r, 'a> fn(&'r R::Row<'a>) -> Value<'r>) -> Column<R> {
        Column { field: Field { key, kind, role: ColumnRole::Attribute, null_word: None }, value }
    }

    /// Sets the word that text formats write instead of null.
    pub const fn or_word(self, word: &'static str) -> Column<R> {
        Column { field: Field { null_word: Some(word), ..self.field }, ..self }
    }
}
