//! A cursor over the bytes of a message, for formats of numbers and counted byte strings (NDR, XDR).

use crate::capture::format::ByteOrder;

/// Reads numbers and byte strings from front to back. A read beyond the end of the message returns `None`.
#[derive(Clone, Debug)]
pub struct ByteCursor<'a> {
    bytes: &'a [u8],
    position: usize,
    order: ByteOrder,
}

impl<'a> ByteCursor<'a> {
    /// Creates a cursor at the first of `bytes`, whose numbers are in `order`.
    pub fn new(bytes: &'a [u8], order: ByteOrder) -> Self {
        Self { bytes, position: 0, order }
    }

    /// Reads the next `len` bytes.
    pub fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.position.checked_add(len)?;
        let bytes = self.bytes.get(self.position..end)?;
        self.position = end;
        Some(bytes)
    }

    /// Reads the next 16-bit number.
    pub fn u16(&mut self) -> Option<u16> {
        let order = self.order;
        self.bytes(2).map(|bytes| order.u16(bytes, 0))
    }

    /// Reads the next 32-bit number.
    pub fn u32(&mut self) -> Option<u32> {
        let order = self.order;
        self.bytes(4).map(|bytes| order.u32(bytes, 0))
    }

    /// Reads the next `N` 32-bit numbers.
    pub fn u32s<const N: usize>(&mut self) -> Option<[u32; N]> {
        let order = self.order;
        let bytes = self.bytes(4 * N)?;
        Some(std::array::from_fn(|index| order.u32(bytes, 4 * index)))
    }

    /// Moves on to the next multiple of `alignment`, counted from the first byte.
    pub fn align(&mut self, alignment: usize) {
        self.position = self.position.next_multiple_of(alignment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_order_of_the_message() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        let mut big = ByteCursor::new(&bytes, ByteOrder::Big);
        assert_eq!((big.u16(), big.u32s()), (Some(0x0102), Some([0x0304_0506, 0x0708_090a])));
        let mut little = ByteCursor::new(&bytes, ByteOrder::Little);
        assert_eq!((little.u16(), little.u32()), (Some(0x0201), Some(0x0605_0403)));
    }

    #[test]
    fn reads_beyond_the_end_give_nothing_and_do_not_move() {
        let mut cursor = ByteCursor::new(&[1, 2, 3, 4, 5], ByteOrder::Big);
        assert_eq!((cursor.bytes(1), cursor.bytes(usize::MAX), cursor.bytes(5)), (Some(&[1][..]), None, None));
        assert_eq!(cursor.u32(), Some(0x0203_0405));
        assert_eq!((cursor.u16(), cursor.u32(), cursor.bytes(0)), (None, None, Some(&[][..])));
        cursor.align(4);
        assert_eq!(cursor.bytes(0), None);
    }
}
