//! What a process that was taken over would try. Each attempt is one system call, made as code of an attacker makes it.
//!
//! # What the unsafe code rests on
//!
//! - [`call`] hands its arguments to the kernel as they are. Each attempt gives the addresses of values that live until the call has
//!   come back and are as large as the kernel expects, or addresses that it refuses (null).
//! - Where a call has made a second process, that one ends at once, by a call that runs no code of this program. Such a process has
//!   memory of its own: what would make one that shares memory is tried only where it is refused, and never allowed.

use std::fs::File;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr::null;

use nix::libc::{self, c_long};

/// An Ethernet frame of a protocol for experiments (IEEE 802 Local Experimental Ethertype 1), which can be looked for.
pub const ETHERTYPE: u16 = 0x88b5;

fn frame() -> [u8; 60] {
    let mut frame = [0; 60];
    frame[..6].fill(0xff);
    frame[12..14].copy_from_slice(&ETHERTYPE.to_be_bytes());
    frame
}

/// What comes of an attempt without the filter.
#[derive(Clone, Copy)]
pub enum Unfiltered {
    /// It succeeds.
    Done,
    /// The kernel has begun with it, and finds fault with the arguments.
    Fault(i32),
    /// Other rules or the system's settings may refuse it, too.
    Depends,
    /// It is not tried.
    Untried,
}
use Unfiltered::{Depends, Done, Fault, Untried};

/// Something that is tried.
pub struct Attempt {
    /// What, in a word or two.
    pub name: &'static str,
    /// What comes of it without the filter.
    pub unfiltered: Unfiltered,
    run: fn(&Target) -> Result<c_long, i32>,
}

/// What there is to be used.
pub struct Target {
    /// The socket of a capture on the loopback.
    pub capture: RawFd,
    /// A file that holds a frame.
    pub frame: File,
}

impl Attempt {
    /// Tries it: the number of the error, if it fails.
    pub fn run(&self, target: &Target) -> Result<c_long, i32> {
        (self.run)(target)
    }
}

/// A file with a frame in it that has no name.
pub fn file_with_frame() -> File {
    let file = tempfile::tempfile().unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &frame(), 0).unwrap();
    file
}

fn call(number: c_long, arguments: &[usize]) -> Result<c_long, i32> {
    let at = |index: usize| arguments.get(index).copied().unwrap_or(0);
    // SAFETY: see the module.
    let result = unsafe { libc::syscall(number, at(0), at(1), at(2), at(3), at(4), at(5)) };
    if result < 0 { Err(io::Error::last_os_error().raw_os_error().unwrap()) } else { Ok(result) }
}

/// The same for a call that makes a process.
fn fork_call(number: c_long, arguments: &[usize]) -> Result<c_long, i32> {
    let child = call(number, arguments)?;
    if child == 0 {
        // SAFETY: it ends this process and does nothing else.
        unsafe { libc::_exit(0) }
    }
    call(libc::SYS_wait4, &[child as usize, 0, 0, 0])
}

fn socket(family: i32, kind: i32) -> Result<c_long, i32> {
    call(libc::SYS_socket, &[family as usize, kind as usize, 0])
}

/// The address of a value.
fn at<T>(value: &T) -> usize {
    std::ptr::from_ref(value) as usize
}

fn number(descriptor: RawFd) -> usize {
    descriptor as usize
}

fn message(frame: &[u8], test: impl FnOnce(&libc::msghdr) -> Result<c_long, i32>) -> Result<c_long, i32> {
    let part = libc::iovec { iov_base: frame.as_ptr().cast_mut().cast(), iov_len: frame.len() };
    // SAFETY: all fields are numbers and pointers, for which zeros are values.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = std::ptr::from_ref(&part).cast_mut();
    header.msg_iovlen = 1;
    test(&header)
}

/// A pipe with a frame in it.
fn full_pipe() -> (io::PipeReader, io::PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    io::Write::write_all(&mut writer, &frame()).unwrap();
    (reader, writer)
}

fn executable_memory() -> Result<c_long, i32> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    call(libc::SYS_mmap, &[0, 4096, (libc::PROT_READ | libc::PROT_EXEC) as usize, flags as usize, usize::MAX, 0])
}

fn memory_that_becomes_executable() -> Result<c_long, i32> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let place = call(libc::SYS_mmap, &[0, 4096, libc::PROT_READ as usize, flags as usize, usize::MAX, 0])?;
    call(libc::SYS_mprotect, &[place as usize, 4096, (libc::PROT_READ | libc::PROT_EXEC) as usize])
}

/// The address of the loopback for the socket of a capture.
fn loopback() -> libc::sockaddr_ll {
    // SAFETY: all fields are numbers, for which zeros are values.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = 1;
    address
}

/// The arguments of `clone3` (`CLONE_ARGS_SIZE_VER0` in linux/sched.h): flags, addresses, the signal at the end.
fn clone3_arguments() -> [u64; 8] {
    [0, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0]
}

/// All of them. With the filter, each fails.
pub fn all() -> Vec<Attempt> {
    let mut all = sending();
    all.extend(sockets());
    all.extend(processes());
    all.extend(kernel());
    all
}

fn attempt(name: &'static str, unfiltered: Unfiltered, run: fn(&Target) -> Result<c_long, i32>) -> Attempt {
    Attempt { name, unfiltered, run }
}

/// Frames through the socket of the capture.
fn sending() -> Vec<Attempt> {
    vec![
        attempt("sendto (send)", Done, |target| {
            let frame = frame();
            call(libc::SYS_sendto, &[number(target.capture), at(&frame), frame.len(), 0, 0, 0])
        }),
        attempt("sendto with an address", Done, |target| {
            let (frame, address) = (frame(), loopback());
            let length = size_of::<libc::sockaddr_ll>();
            call(libc::SYS_sendto, &[number(target.capture), at(&frame), frame.len(), 0, at(&address), length])
        }),
        attempt("sendmsg", Done, |target| {
            message(&frame(), |header| call(libc::SYS_sendmsg, &[number(target.capture), at(header), 0]))
        }),
        attempt("sendmmsg", Done, |target| {
            message(&frame(), |header| {
                let mut headers = libc::mmsghdr { msg_hdr: *header, msg_len: 0 };
                call(libc::SYS_sendmmsg, &[number(target.capture), std::ptr::from_mut(&mut headers) as usize, 1, 0])
            })
        }),
        attempt("write", Done, |target| {
            let frame = frame();
            call(libc::SYS_write, &[number(target.capture), at(&frame), frame.len()])
        }),
        attempt("write, number with upper half", Done, |target| {
            let frame = frame();
            // The kernel takes 32 bits of a descriptor.
            call(libc::SYS_write, &[number(target.capture) | 1 << 32, at(&frame), frame.len()])
        }),
        attempt("writev", Done, |target| {
            message(&frame(), |header| call(libc::SYS_writev, &[number(target.capture), header.msg_iov as usize, 1]))
        }),
        attempt("pwrite64", Fault(libc::ESPIPE), |target| {
            let frame = frame();
            call(libc::SYS_pwrite64, &[number(target.capture), at(&frame), frame.len(), 0])
        }),
        attempt("pwritev", Fault(libc::ESPIPE), |target| {
            message(&frame(), |header| call(libc::SYS_pwritev, &[number(target.capture), header.msg_iov as usize, 1, 0, 0]))
        }),
        attempt("pwritev2", Done, |target| {
            message(&frame(), |header| {
                // At this place, it is the same as writev.
                let place = usize::MAX;
                call(libc::SYS_pwritev2, &[number(target.capture), header.msg_iov as usize, 1, place, place, 0])
            })
        }),
        attempt("sendfile", Done, |target| {
            let place = 0_i64;
            call(libc::SYS_sendfile, &[number(target.capture), number(target.frame.as_raw_fd()), at(&place), 60])
        }),
        attempt("splice", Done, |target| {
            let (reader, _writer) = full_pipe();
            call(libc::SYS_splice, &[number(reader.as_raw_fd()), 0, number(target.capture), 0, 60, 0])
        }),
        attempt("vmsplice", Depends, |target| {
            message(&frame(), |header| call(libc::SYS_vmsplice, &[number(target.capture), header.msg_iov as usize, 1, 0]))
        }),
        attempt("tee", Fault(libc::EINVAL), |target| {
            let (reader, _writer) = full_pipe();
            call(libc::SYS_tee, &[number(reader.as_raw_fd()), number(target.capture), 60, 0])
        }),
        attempt("copy_file_range", Fault(libc::EINVAL), |target| {
            let place = 0_i64;
            let arguments = [number(target.frame.as_raw_fd()), at(&place), number(target.capture), 0, 60, 0];
            call(libc::SYS_copy_file_range, &arguments)
        }),
        attempt("dup", Done, |target| call(libc::SYS_dup, &[number(target.capture)])),
        #[cfg(target_arch = "x86_64")]
        attempt("dup2", Done, |target| call(libc::SYS_dup2, &[number(target.capture), 99])),
        attempt("dup3", Done, |target| call(libc::SYS_dup3, &[number(target.capture), 98, 0])),
        attempt("fcntl F_DUPFD", Done, |target| call(libc::SYS_fcntl, &[number(target.capture), libc::F_DUPFD as usize, 0])),
        attempt("fcntl F_DUPFD_CLOEXEC", Done, |target| {
            call(libc::SYS_fcntl, &[number(target.capture), libc::F_DUPFD_CLOEXEC as usize, 0])
        }),
        attempt("fcntl F_SETOWN", Done, |target| {
            call(libc::SYS_fcntl, &[number(target.capture), libc::F_SETOWN as usize, std::process::id() as usize])
        }),
        attempt("bind to another interface", Done, |target| {
            let address = loopback();
            call(libc::SYS_bind, &[number(target.capture), at(&address), size_of::<libc::sockaddr_ll>()])
        }),
        attempt("connect", Fault(libc::EOPNOTSUPP), |target| {
            let address = loopback();
            call(libc::SYS_connect, &[number(target.capture), at(&address), size_of::<libc::sockaddr_ll>()])
        }),
        attempt("setsockopt", Done, |target| {
            let size = 4096_i32;
            let (level, option) = (libc::SOL_SOCKET as usize, libc::SO_SNDBUF as usize);
            call(libc::SYS_setsockopt, &[number(target.capture), level, option, at(&size), 4])
        }),
    ]
}

/// New sockets.
fn sockets() -> Vec<Attempt> {
    vec![
        attempt("socket AF_INET, TCP", Done, |_| socket(libc::AF_INET, libc::SOCK_STREAM)),
        attempt("socket AF_INET, UDP", Done, |_| socket(libc::AF_INET, libc::SOCK_DGRAM)),
        attempt("socket AF_INET6, UDP", Depends, |_| socket(libc::AF_INET6, libc::SOCK_DGRAM)),
        attempt("socket AF_UNIX", Done, |_| socket(libc::AF_UNIX, libc::SOCK_STREAM)),
        attempt("socket AF_NETLINK", Done, |_| socket(libc::AF_NETLINK, libc::SOCK_RAW)),
        attempt("socket AF_PACKET", Depends, |_| socket(libc::AF_PACKET, libc::SOCK_RAW)),
        attempt("socket AF_VSOCK", Depends, |_| socket(libc::AF_VSOCK, libc::SOCK_STREAM)),
        attempt("socketpair", Done, |_| {
            let pair = [0_i32; 2];
            call(libc::SYS_socketpair, &[libc::AF_UNIX as usize, libc::SOCK_STREAM as usize, 0, at(&pair)])
        }),
        attempt("accept4", Depends, |target| call(libc::SYS_accept4, &[number(target.capture), 0, 0, 0])),
        attempt("listen", Fault(libc::EOPNOTSUPP), |target| call(libc::SYS_listen, &[number(target.capture), 1])),
    ]
}

/// New processes, programs and code, and processes of others.
fn processes() -> Vec<Attempt> {
    vec![
        #[cfg(target_arch = "x86_64")]
        attempt("fork", Done, |_| fork_call(libc::SYS_fork, &[])),
        #[cfg(target_arch = "x86_64")]
        attempt("vfork", Untried, |_| fork_call(libc::SYS_vfork, &[])),
        attempt("clone as fork", Done, |_| fork_call(libc::SYS_clone, &[libc::SIGCHLD as usize])),
        attempt("clone as vfork", Untried, |_| {
            fork_call(libc::SYS_clone, &[(libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD) as usize])
        }),
        attempt("clone, thread without files", Untried, |_| {
            fork_call(libc::SYS_clone, &[(libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD) as usize])
        }),
        attempt("clone, thread in namespace", Untried, |_| {
            let thread = 0x003d_0f00 | libc::CLONE_NEWNET;
            fork_call(libc::SYS_clone, &[thread as usize])
        }),
        attempt("clone3", Done, |_| {
            let arguments = clone3_arguments();
            fork_call(libc::SYS_clone3, &[at(&arguments), size_of_val(&arguments)])
        }),
        attempt("execve", Fault(libc::ENOENT), |_| {
            call(libc::SYS_execve, &[c"/none".as_ptr() as usize, at(&[0_usize]), at(&[0_usize])])
        }),
        attempt("execveat", Fault(libc::ENOENT), |_| {
            call(libc::SYS_execveat, &[usize::MAX, c"/none".as_ptr() as usize, at(&[0_usize]), at(&[0_usize]), 0])
        }),
        attempt("mmap PROT_EXEC", Done, |_| executable_memory()),
        attempt("mprotect PROT_EXEC", Done, |_| memory_that_becomes_executable()),
        attempt("memfd_create", Done, |_| call(libc::SYS_memfd_create, &[c"code".as_ptr() as usize, 0])),
        attempt("kill of the parent", Depends, |_| call(libc::SYS_kill, &[parent_process(), 0])),
        attempt("kill of all", Depends, |_| call(libc::SYS_kill, &[usize::MAX, 0])),
        attempt("tkill", Done, |_| call(libc::SYS_tkill, &[std::process::id() as usize, 0])),
        attempt("tgkill of the parent", Depends, |_| call(libc::SYS_tgkill, &[parent_process(), parent_process(), 0])),
        attempt("ptrace", Fault(libc::ESRCH), |_| call(libc::SYS_ptrace, &[libc::PTRACE_PEEKDATA as usize, usize::MAX, 0, 0])),
        attempt("process_vm_readv", Done, |_| call(libc::SYS_process_vm_readv, &[std::process::id() as usize, 0, 0, 0, 0, 0])),
        attempt("process_vm_writev", Done, |_| call(libc::SYS_process_vm_writev, &[std::process::id() as usize, 0, 0, 0, 0, 0])),
        attempt("pidfd_open", Done, |_| call(libc::SYS_pidfd_open, &[std::process::id() as usize, 0])),
        attempt("pidfd_getfd", Fault(libc::EBADF), |_| call(libc::SYS_pidfd_getfd, &[usize::MAX, 0, 0])),
        attempt("setpriority of the parent", Depends, |_| {
            call(libc::SYS_setpriority, &[libc::PRIO_PROCESS as usize, parent_process(), 19])
        }),
        attempt("prlimit64 with a limit", Depends, |_| {
            let limit = [1_u64, 1];
            call(libc::SYS_prlimit64, &[0, libc::RLIMIT_CORE as usize, at(&limit), 0])
        }),
        attempt("prctl PR_SET_DUMPABLE", Done, |_| call(libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as usize, 1])),
    ]
}

/// Lowers the priority of the calling thread.
pub fn lower_priority() -> io::Result<c_long> {
    call(libc::SYS_setpriority, &[libc::PRIO_PROCESS as usize, 0, 19]).map_err(io::Error::from_raw_os_error)
}

fn parent_process() -> usize {
    nix::unistd::getppid().as_raw() as usize
}

/// The kernel's large interfaces.
fn kernel() -> Vec<Attempt> {
    vec![
        attempt("io_uring_setup", Depends, |_| call(libc::SYS_io_uring_setup, &[0, at(&[0_u64; 15])])),
        attempt("bpf", Depends, |_| call(libc::SYS_bpf, &[0, 0, 0])),
        attempt("perf_event_open", Depends, |_| call(libc::SYS_perf_event_open, &[0, 0, 0, usize::MAX, 0])),
        attempt("keyctl", Depends, |_| call(libc::SYS_keyctl, &[0, usize::MAX, 0])),
        attempt("mount", Depends, |_| call(libc::SYS_mount, &[null::<u8>() as usize, c"/".as_ptr() as usize, 0, 0, 0])),
        attempt("unshare", Done, |_| call(libc::SYS_unshare, &[libc::CLONE_FILES as usize])),
        attempt("setns", Fault(libc::EBADF), |_| call(libc::SYS_setns, &[usize::MAX, 0])),
        attempt("userfaultfd", Depends, |_| call(libc::SYS_userfaultfd, &[1])),
        attempt("personality", Done, |_| call(libc::SYS_personality, &[0xffff_ffff])),
        attempt("seccomp", Depends, |_| call(libc::SYS_seccomp, &[2, 0, size_of::<u32>(), 0])),
        attempt("ioctl TIOCSTI", Fault(libc::ENOTTY), |_| call(libc::SYS_ioctl, &[0, libc::TIOCSTI as usize, at(&b'x')])),
        attempt("ioctl SIOCSIFFLAGS", Depends, |target| {
            call(libc::SYS_ioctl, &[number(target.capture), libc::SIOCSIFFLAGS as usize, at(&[0_u8; 64])])
        }),
        #[cfg(target_arch = "x86_64")]
        attempt("sendto of the x32 kind", Depends, |target| {
            let frame = frame();
            call(0x4000_0000 | libc::SYS_sendto, &[number(target.capture), at(&frame), frame.len(), 0, 0, 0])
        }),
    ]
}
