//! A capture in the making: frames and the time of each.

use crate::file::{enhanced_packet, interface_description, pcap, section_header};

/// Seconds since 1970-01-01 00:00:00 UTC at which every scene begins: 2026-11-23 09:00:00 UTC.
pub const START: i64 = 1_795_424_400;
/// The address of a client (RFC 1918).
pub const C: &str = "10.0.0.5";
/// The address of another client (RFC 1918).
pub const D: &str = "10.0.0.6";
/// The address of a server (RFC 5737).
pub const S: &str = "192.0.2.80";
/// The address of a name server, a resolver (RFC 5737).
pub const R: &str = "192.0.2.53";

/// A capture being made. Each frame comes a millisecond after the one before.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    frames: Vec<(i64, Vec<u8>)>,
    milliseconds: i64,
}

impl Scene {
    /// A capture without packets.
    pub fn new() -> Scene {
        Scene::default()
    }

    /// Adds a frame.
    pub fn frame(&mut self, frame: Vec<u8>) -> &mut Scene {
        self.frames.push((START * 1_000_000_000 + self.milliseconds * 1_000_000, frame));
        self.milliseconds += 1;
        self
    }

    /// Adds frames, one after the other.
    pub fn frames(&mut self, frames: impl IntoIterator<Item = Vec<u8>>) -> &mut Scene {
        frames.into_iter().for_each(|frame| {
            self.frame(frame);
        });
        self
    }

    /// Lets so many seconds pass without a frame.
    pub fn wait(&mut self, seconds: i64) -> &mut Scene {
        self.milliseconds += seconds * 1000;
        self
    }

    /// A classic pcap file, microseconds, Ethernet, with no more than the first `length` bytes of each frame stored.
    pub fn pcap_cut(&self, length: usize) -> Vec<u8> {
        pcap(&self.frames, length, 0xa1b2_c3d4, 1)
    }

    /// A classic pcap file, microseconds, Ethernet.
    pub fn pcap(&self) -> Vec<u8> {
        self.pcap_cut(usize::MAX)
    }

    /// A classic pcap file with nanoseconds.
    pub fn pcap_nano(&self) -> Vec<u8> {
        pcap(&self.frames, usize::MAX, 0xa1b2_3c4d, 1)
    }

    /// A classic pcap file of another link type.
    pub fn pcap_of_link_type(&self, link_type: u32) -> Vec<u8> {
        pcap(&self.frames, usize::MAX, 0xa1b2_c3d4, link_type)
    }

    /// A pcapng file with one section and one interface.
    pub fn pcapng(&self) -> Vec<u8> {
        let mut file = [section_header(), interface_description(1, 0)].concat();
        for (nanoseconds, frame) in &self.frames {
            file.extend(enhanced_packet(0, *nanoseconds / 1000, frame));
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds, fraction, stored and whole length of each record of a pcap file.
    fn records(mut file: &[u8]) -> Vec<[u32; 4]> {
        file = &file[24..];
        let mut records = Vec::new();
        while !file.is_empty() {
            let (header, data) = file.split_at(16);
            let record: Vec<u32> = header.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
            file = &data[record[2] as usize..];
            records.push(record.try_into().unwrap());
        }
        records
    }

    #[test]
    fn a_frame_comes_a_millisecond_after_the_one_before() {
        let mut scene = Scene::new();
        scene.frame(vec![1; 60]).frame(vec![2; 70]).wait(2).frame(vec![3; 80]);
        let start = START as u32;
        assert_eq!(records(&scene.pcap()), [[start, 0, 60, 60], [start, 1_000, 70, 70], [start + 2, 2_000, 80, 80]]);
        assert_eq!(records(&scene.pcap_nano())[1], [start, 1_000_000, 70, 70]);
    }

    #[test]
    fn a_cut_frame_keeps_its_length() {
        let mut scene = Scene::new();
        scene.frame(vec![1; 60]).frame(vec![2; 7]);
        assert_eq!(records(&scene.pcap_cut(14)), [[START as u32, 0, 14, 60], [START as u32, 1_000, 7, 7]]);
    }

    #[test]
    fn pcapng_blocks_are_padded_to_four_bytes() {
        let mut scene = Scene::new();
        scene.frame(vec![1; 61]);
        let (file, before) = (scene.pcapng(), section_header().len() + interface_description(1, 0).len());
        assert_eq!(file.len() - before, 32 + 64);
        assert_eq!(file[before + 4..before + 8], file[file.len() - 4..]);
    }
}
