//! The system calls that a running capture makes, each with its reason. All others are refused; `docs/sandbox.md` has the same
//! list as a table.

use nix::libc::{
    self, CLONE_CHILD_CLEARTID, CLONE_FILES, CLONE_FS, CLONE_PARENT_SETTID, CLONE_SETTLS, CLONE_SIGHAND, CLONE_SYSVSEM,
    CLONE_THREAD, CLONE_VM, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_SETFD, F_SETFL, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
    PR_SET_NAME, PROT_EXEC, SIOCGIFFLAGS, SIOCGIFINDEX, SIOCGIFNAME, TCGETS, TCGETS2, TIOCGWINSZ,
};

/// One process or thread, as an argument of `setpriority` (linux/resource.h). C libraries differ in its type.
const PRIO_PROCESS: u32 = 0;

/// An allowed system call.
pub struct Call {
    /// The number of the call on this processor.
    pub number: libc::c_long,
    /// The name of the constant: `SYS_` and the name of the call.
    #[cfg(test)]
    constant: &'static str,
    /// The conditions: the call is allowed if all tests of one row are true, or always, if there are no rows.
    pub when: &'static [&'static [Test]],
    /// The conditions in words; empty if the call is always allowed.
    #[cfg(test)]
    condition: &'static str,
    /// The reason why the call is needed.
    #[cfg(test)]
    reason: &'static str,
}

/// A condition on the argument with this index. The kernel takes descriptors, commands and process numbers as 32 bits and ignores
/// the upper half of the register; pointers and the flags of `clone` have 64 bits.
#[derive(Clone, Copy)]
pub enum Test {
    /// The argument is this number.
    Is(u8, u32),
    /// The argument has none of these bits.
    Lacks(u8, u32),
    /// The argument is a null pointer.
    IsNull(u8),
    /// The argument is the number of this process.
    IsThisProcess(u8),
    /// The argument is a descriptor, and not that of an interface.
    IsNoInterface(u8),
    /// The argument asks for a thread of this process, and for nothing else.
    IsThread(u8),
}
use Test::{Is, IsNoInterface, IsNull, IsThisProcess, IsThread, Lacks};

/// The flags with which C libraries create a thread: glibc uses these, musl [`CLONE_DETACHED`] as well.
pub const THREAD_FLAGS: u64 = (CLONE_VM
    | CLONE_FS
    | CLONE_FILES
    | CLONE_SIGHAND
    | CLONE_THREAD
    | CLONE_SYSVSEM
    | CLONE_SETTLS
    | CLONE_PARENT_SETTID
    | CLONE_CHILD_CLEARTID) as u64;

/// A flag without meaning since Linux 2.6.2, which musl sets nevertheless.
pub const CLONE_DETACHED: u64 = libc::CLONE_DETACHED as u64;

macro_rules! calls {
    ($($(#[$attribute:meta])* $constant:ident $(if $condition:literal $when:expr)? => $reason:literal;)*) => {
        &[$($(#[$attribute])* Call {
            number: libc::$constant,
            #[cfg(test)]
            constant: stringify!($constant),
            when: { let when: &[&[Test]] = &[]; $(let _ = when; let when: &[&[Test]] = $when;)? when },
            #[cfg(test)]
            condition: concat!($($condition)?),
            #[cfg(test)]
            reason: $reason,
        }),*]
    };
}

/// All allowed calls, except [`NO_SUCH_CALL`].
pub const ALLOWED: &[Call] = calls! {
    // Packets.
    #[cfg(target_arch = "x86_64")]
    SYS_poll => "wait for packets";
    SYS_ppoll => "wait for packets on processors without `poll`";
    SYS_recvfrom => "libpcap: packets that do not come through shared memory";
    SYS_recvmsg => "libpcap: packets that do not come through shared memory";
    SYS_getsockopt => "libpcap: counters of the kernel, error of an interface";
    SYS_getsockname => "whether an interface still exists";

    // Files: landlock says which.
    SYS_read => "counters of an interface; the pipe that a signal handler writes to";
    SYS_write if "not on an interface" &[&[IsNoInterface(0)]] => "outputs; messages; the pipe that a signal handler writes to";
    SYS_writev if "not on an interface" &[&[IsNoInterface(0)]] => "outputs; messages";
    SYS_close => "outputs; counters of an interface";
    SYS_lseek => "outputs";
    #[cfg(target_arch = "x86_64")]
    SYS_open => "outputs and counters of an interface, with musl";
    SYS_openat => "outputs; counters of an interface";
    SYS_ftruncate => "cut a saved file off after its last whole packet when the disk is full";
    SYS_fchmod => "keep the permissions of a file that is replaced";
    #[cfg(target_arch = "x86_64")]
    SYS_rename => "put a finished output in its place";
    #[cfg(not(target_arch = "riscv64"))]
    SYS_renameat => "put a finished output in its place";
    SYS_renameat2 => "put a finished output in its place";
    #[cfg(target_arch = "x86_64")]
    SYS_unlink => "remove the oldest saved file, and an output that could not be finished";
    SYS_unlinkat => "remove the oldest saved file, and an output that could not be finished";
    #[cfg(target_arch = "x86_64")]
    SYS_mkdir => "make sure that the folder of the CSV files exists";
    SYS_mkdirat => "make sure that the folder of the CSV files exists";
    SYS_statx => "type, size and permissions of an output";
    SYS_fstat => "type, size and permissions of an output";
    SYS_newfstatat => "type, size and permissions of an output";
    #[cfg(target_arch = "x86_64")]
    SYS_stat => "type, size and permissions of an output, with musl";
    #[cfg(target_arch = "x86_64")]
    SYS_lstat => "type, size and permissions of an output, with musl";
    #[cfg(target_arch = "x86_64")]
    SYS_readlink => "resolve the path of an output";
    SYS_readlinkat => "resolve the path of an output";
    SYS_getcwd => "resolve the path of an output";
    SYS_fcntl if "`F_GETFD`, `F_SETFD`, `F_GETFL`, `F_SETFL`; `F_DUPFD_CLOEXEC`, but not of an interface" &[
        &[Is(1, F_GETFD as u32)],
        &[Is(1, F_SETFD as u32)],
        &[Is(1, F_GETFL as u32)],
        &[Is(1, F_SETFL as u32)],
        &[Is(1, F_DUPFD_CLOEXEC as u32), IsNoInterface(0)],
    ] => "saved files; the pipe that a signal handler writes to";
    SYS_ioctl if "`TCGETS`, `TCGETS2`, `TIOCGWINSZ`; `SIOCGIFNAME`, `SIOCGIFINDEX`, `SIOCGIFFLAGS`" &[
        &[Is(1, TCGETS as u32)],
        &[Is(1, TCGETS2 as u32)],
        &[Is(1, TIOCGWINSZ as u32)],
        &[Is(1, SIOCGIFNAME as u32)],
        &[Is(1, SIOCGIFINDEX as u32)],
        &[Is(1, SIOCGIFFLAGS as u32)],
    ] => "whether an output is a terminal, and its size; whether an interface is up";

    // Memory.
    SYS_mmap if "without `PROT_EXEC`" &[&[Lacks(2, PROT_EXEC as u32)]] => "memory; stacks of threads";
    SYS_mprotect if "without `PROT_EXEC`" &[&[Lacks(2, PROT_EXEC as u32)]] => "memory; guard pages of stacks";
    SYS_munmap => "memory";
    SYS_mremap => "memory";
    SYS_madvise => "memory";
    SYS_brk => "memory";

    // Threads.
    SYS_clone if "a thread of this process" &[&[IsThread(0)]] => "start a thread";
    SYS_set_robust_list => "start a thread";
    SYS_rseq => "start a thread";
    SYS_sigaltstack => "start and end a thread";
    SYS_sched_getaffinity => "start a thread; the number of processors";
    SYS_prlimit64 if "of this process, without a new limit" &[&[Is(0, 0), IsNull(2)]] => "start a thread";
    SYS_prctl if "`PR_SET_NAME`; `PR_GET_DUMPABLE`, `PR_GET_NO_NEW_PRIVS`" &[
        &[Is(0, PR_SET_NAME as u32)],
        &[Is(0, PR_GET_DUMPABLE as u32)],
        &[Is(0, PR_GET_NO_NEW_PRIVS as u32)],
    ] => "name a thread; check that privileges are gone";
    SYS_setpriority if "of the calling thread" &[&[Is(0, PRIO_PROCESS), Is(1, 0)]] => "write tables with low priority";
    SYS_futex => "wait for another thread";
    SYS_sched_yield => "wait for another thread";
    SYS_gettid => "start a thread; abort";
    SYS_getpid => "names of temporary files; abort";

    // Time and chance.
    SYS_clock_gettime => "time, where the kernel offers it only as a call";
    SYS_gettimeofday => "time, where the kernel offers it only as a call";
    #[cfg(target_arch = "x86_64")]
    SYS_time => "time, where the kernel offers it only as a call";
    SYS_clock_nanosleep => "wait";
    SYS_nanosleep => "wait";
    SYS_restart_syscall => "resume waiting after the program was stopped and continued";
    SYS_getrandom => "seeds of hash tables; names of temporary files";
    SYS_uname => "libpcap: the kernel's version in an error message";

    // Signals and the end.
    SYS_pipe2 => "the pipe that a signal handler writes to";
    SYS_rt_sigaction => "handle signals; start a thread";
    SYS_rt_sigprocmask => "start a thread";
    SYS_rt_sigreturn => "return from a signal handler";
    SYS_kill if "to this process" &[&[IsThisProcess(0)]] => "end by a signal";
    SYS_tgkill if "to this process" &[&[IsThisProcess(0)]] => "abort; end by a signal";
    SYS_exit => "end a thread";
    SYS_exit_group => "end the program";
};

/// The call that is refused as if the kernel did not have it, so that glibc starts threads with `clone`: the flags of this call
/// are in memory, where a filter cannot look.
pub const NO_SUCH_CALL: libc::c_long = libc::SYS_clone3;

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTATION: &str = include_str!("../../../../docs/sandbox.md");

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_documentation_has_the_same_table() {
        let rows = ALLOWED.iter().map(|Call { constant, condition, reason, .. }| {
            format!("| `{}` | {condition} | {reason} |\n", constant.trim_start_matches("SYS_"))
        });
        let table = rows.collect::<String>();
        assert!(DOCUMENTATION.contains(&format!("|---|---|---|\n{table}\n")), "the table should be:\n{table}");
    }

    #[test]
    fn no_call_is_listed_twice() {
        let mut numbers: Vec<libc::c_long> = ALLOWED.iter().map(|call| call.number).collect();
        numbers.push(NO_SUCH_CALL);
        numbers.sort_unstable();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_thread_is_more_than_shared_memory() {
        assert_eq!((THREAD_FLAGS, CLONE_DETACHED), (0x003d_0f00, 0x0040_0000));
    }
}
