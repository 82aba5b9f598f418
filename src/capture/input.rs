//! Inputs: a file or standard input, decompressed if its first bytes are those of a compressed format.
//!
//! File names are ignored. Memory is bounded whatever a compressed stream claims: output is produced in blocks, and the windows
//! of zstd and xz have a limit.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::buffer::Reader;
use super::digest::HashingReader;
use super::gzip::GzipReader;
use super::interrupt::{InputInterrupt, Interrupt};
use super::lz4::Lz4Reader;
use super::near::near_paths;
use super::read_ahead::ReadAhead;
use super::skippable;
use super::xz::XzReader;
use super::zstd::ZstdReader;
use crate::error::{Action, Error, LiveUnavailable, NotACapture};

/// Bytes read at a time from a zstd input: the largest block with the header of the next one.
const ZSTD_BLOCK: usize = (128 << 10) + 3;
/// Bytes read at a time from any other compressed input.
const BLOCK: usize = 32 << 10;
/// Bytes needed to recognise a compression: the longest magic number is that of xz.
const MAGIC: usize = 6;

/// The name of a live capture, in place of a file name.
const LIVE_CAPTURE: &str = "live capture";

/// An input as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputName {
    /// `-`
    Stdin,
    /// A path.
    File(PathBuf),
    /// Network interfaces. They are opened elsewhere; only their packets are read here.
    Live,
}

/// The kind of an input that can be read only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnlyOnce {
    /// Standard input.
    StandardInput,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Something else that is no regular file.
    NotAFile,
    /// Network interfaces.
    Interfaces,
}

impl InputName {
    /// Interprets an argument: `-` is standard input, everything else a path.
    pub fn from_argument(argument: &Path) -> InputName {
        if argument == Path::new("-") { InputName::Stdin } else { InputName::File(argument.to_owned()) }
    }

    /// The kind of an input that can be read only once, such as a pipe or a device; `None` for any other, including a path that
    /// does not exist. The input is not opened.
    pub fn read_only_once(&self) -> Option<ReadOnlyOnce> {
        match self {
            InputName::Stdin => Some(ReadOnlyOnce::StandardInput),
            InputName::File(path) => fs::metadata(path).ok().and_then(|metadata| stream_kind(metadata.file_type())),
            InputName::Live => Some(ReadOnlyOnce::Interfaces),
        }
    }
}

#[cfg(unix)]
fn stream_kind(kind: fs::FileType) -> Option<ReadOnlyOnce> {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => Some(ReadOnlyOnce::Fifo),
        kind if kind.is_socket() => Some(ReadOnlyOnce::Socket),
        kind if kind.is_char_device() || kind.is_block_device() => Some(ReadOnlyOnce::Device),
        kind => other_kind(kind),
    }
}

#[cfg(not(unix))]
fn stream_kind(kind: fs::FileType) -> Option<ReadOnlyOnce> {
    other_kind(kind)
}

fn other_kind(kind: fs::FileType) -> Option<ReadOnlyOnce> {
    (!kind.is_file() && !kind.is_dir()).then_some(ReadOnlyOnce::NotAFile)
}

impl fmt::Display for InputName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputName::Stdin => f.write_str("standard input"),
            InputName::File(path) => write!(f, "{}", path.display()),
            InputName::Live => f.write_str(LIVE_CAPTURE),
        }
    }
}

/// The compression of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// No compression.
    None,
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
    /// LZ4, any number of frames.
    Lz4,
    /// xz, any number of streams.
    Xz,
}

impl Compression {
    fn from_magic(magic: &[u8]) -> Compression {
        match magic {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            // A frame, and one of the legacy format.
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Compression::Lz4,
            [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Compression::Xz,
            _ => Compression::None,
        }
    }

    /// The name shown in the `capture` table.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Lz4 => "lz4",
            Compression::Xz => "xz",
        }
    }
}

/// The progress of reading an input, shared with the reader.
#[derive(Clone, Debug)]
pub struct Position {
    read: Arc<AtomicU64>,
    /// Size of the input as stored, if known.
    pub total: Option<u64>,
}

impl Position {
    /// Bytes read of the input as stored (before decompression).
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// An opened input.
pub struct Input {
    /// Its bytes, decompressed.
    pub reader: Reader,
    /// Its compression.
    pub compression: Compression,
    /// The progress of reading it.
    pub position: Position,
    /// The source of its digest, if the input is hashed.
    pub hashing: Option<HashingReader>,
    /// The interrupt that ends reading it early.
    pub interrupt: InputInterrupt,
}

/// An input as stored, and its size, if known.
type Stored = (Box<dyn Read + Send>, Option<u64>);

impl Input {
    /// Opens the input `name`. Reading ends with the input or at the interrupt.
    pub fn open(name: &InputName, interrupt: &Interrupt) -> Result<Input, Error> {
        let input_interrupt = InputInterrupt::new(interrupt);
        let (reader, size) = Input::open_stored(name, interrupt, &input_interrupt)?;
        Input::from_reader(name, reader, size, None, input_interrupt)
    }

    /// Opens the input `name`, and hashes the bytes read from it.
    pub fn open_hashing(name: &InputName, interrupt: &Interrupt) -> Result<Input, Error> {
        let input_interrupt = InputInterrupt::new(interrupt);
        let (reader, size) = Input::open_stored(name, interrupt, &input_interrupt)?;
        let hashing = HashingReader::new(Box::new(input_interrupt.wrap(reader)));
        Input::from_reader(name, Box::new(hashing.clone()), size, Some(hashing), input_interrupt)
    }

    fn open_stored(name: &InputName, interrupt: &Interrupt, input_interrupt: &InputInterrupt) -> Result<Stored, Error> {
        let interrupted = || Error::Interrupted { input: name.to_string() };
        let open_error = |source: io::Error| match source.kind() {
            io::ErrorKind::Interrupted => interrupted(),
            _ => Error::opening(name.to_string(), source),
        };
        input_interrupt.check().map_err(|_| interrupted())?;
        match name {
            InputName::Stdin => Ok((interrupt.standard_input().map_err(open_error)?, None)),
            InputName::File(path) => {
                let file = interrupt.open(path).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => Error::Missing { input: name.to_string(), near: near_names(path) },
                    _ => open_error(error),
                })?;
                let metadata = file.metadata().map_err(open_error)?;
                if metadata.is_dir() {
                    return Err(Error::Folder { input: name.to_string() });
                }
                let size = metadata.is_file().then_some(metadata.len());
                Ok((interrupt.reader(file), size))
            }
            InputName::Live => Err(Error::NoLive(LiveUnavailable::OpenedAsFile)),
        }
    }

    /// Wraps any reader; messages call it `name`.
    pub fn from_bytes(name: &InputName, reader: Box<dyn Read + Send>) -> Result<Input, Error> {
        Input::from_reader(name, reader, None, None, InputInterrupt::default())
    }

    /// Adds the decompressor that the first bytes of `reader` call for, if any.
    fn from_reader(
        name: &InputName,
        reader: Box<dyn Read + Send>,
        total: Option<u64>,
        hashing: Option<HashingReader>,
        input_interrupt: InputInterrupt,
    ) -> Result<Input, Error> {
        let read_error = |source| Input::read_error(&input_interrupt, name, source);
        let position = Position { read: Arc::default(), total };
        let mut reader = Counted { inner: input_interrupt.wrap(reader), read: Arc::clone(&position.read) };
        let mut magic = beginning(&mut reader).map_err(read_error)?;
        let mut compression = Compression::from_magic(&magic);
        if skippable::begins(&magic) {
            magic = after_skippable(magic, &mut reader).map_err(read_error)?;
            compression = Compression::from_magic(&magic);
            if !matches!(compression, Compression::Zstd | Compression::Lz4) {
                return Err(Error::NotACapture { input: name.to_string(), reason: NotACapture::NoDataFrame });
            }
        }
        let whole = io::Cursor::new(magic).chain(reader);
        let in_blocks = |whole| io::BufReader::with_capacity(BLOCK, whole);
        let reader = match compression {
            // Hashing takes longer than reading, and the analysis should not wait for it.
            Compression::None if hashing.is_some() => Reader::Ahead(ReadAhead::new(whole)),
            Compression::None => Reader::Direct(Box::new(whole)),
            Compression::Gzip => ahead(&input_interrupt, GzipReader::new(in_blocks(whole))),
            Compression::Zstd => {
                let whole = io::BufReader::with_capacity(ZSTD_BLOCK, whole);
                ahead(&input_interrupt, ZstdReader::new(whole).map_err(read_error)?)
            }
            Compression::Lz4 => ahead(&input_interrupt, Lz4Reader::new(in_blocks(whole))),
            Compression::Xz => ahead(&input_interrupt, XzReader::new(whole)),
        };
        Ok(Input { reader, compression, position, hashing, interrupt: input_interrupt })
    }

    /// The error for an input that could not be read as far as its file header.
    pub fn read_error(input_interrupt: &InputInterrupt, name: &InputName, source: io::Error) -> Error {
        let name = name.to_string();
        if input_interrupt.has_refused() {
            Error::Interrupted { input: name }
        } else {
            Error::Io { action: Action::Read, name, source }
        }
    }
}

/// Reads the output of `decompressor` ahead. The interrupt is checked for each part of the output, too: a few bytes may
/// keep a decompressor busy for long.
fn ahead(input_interrupt: &InputInterrupt, decompressor: impl Read + Send + 'static) -> Reader {
    Reader::Ahead(ReadAhead::new(input_interrupt.wrap(decompressor)))
}

/// Paths that exist and are similar to a missing one.
fn near_names(path: &Path) -> Vec<String> {
    near_paths(path).iter().map(|path| path.display().to_string()).collect()
}

/// Reads the first [`MAGIC`] bytes, or fewer if the input ends before.
fn beginning(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(MAGIC);
    reader.take(MAGIC as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Skips the skippable frames at the beginning of an input, and reads the first bytes after them; none if the input ends inside a
/// frame. Zstandard and LZ4 have the same skippable frames.
fn after_skippable(mut magic: Vec<u8>, reader: &mut impl Read) -> io::Result<Vec<u8>> {
    while skippable::begins(&magic) {
        let in_frame = magic.split_off(4);
        match skippable::skip_frame(&mut in_frame.chain(&mut *reader)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Vec::new()),
            passed => passed?,
        }
        magic = beginning(reader)?;
    }
    Ok(magic)
}

/// A reader that counts the bytes it reads.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
