//! The functions that the `pcap` crate calls, each passed on to the libpcap that was found, or failing.

use std::ffi::CStr;
use std::mem::transmute;
use std::ptr::{NonNull, copy_nonoverlapping, null, null_mut};

use libc::{FILE, c_char, c_int, c_uchar, c_uint, c_void};

use crate::library::{Library, library, reason};
use crate::raw::{PCAP_ERRBUF_SIZE, PCAP_ERROR, bpf_program, pcap_pkthdr, pcap_t};

/// What a program is called back with.
type Handler = unsafe extern "C" fn(*mut c_uchar, *const pcap_pkthdr, *const c_uchar);
/// A list of devices, a file to write to, counts: only looked at by libpcap and its caller.
type Opaque = *mut c_void;

/// Defines each function twice: as a pointer into the library, and as the symbol that the `pcap` crate calls. Behind it stands
/// what a call gives where there is no library.
macro_rules! forwarded {
    ($( fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? { $failing:expr } )*) => {
        /// The library's functions.
        pub struct Functions {
            $( $name: unsafe extern "C" fn($($type),*) $(-> $result)?, )*
        }

        impl Functions {
            /// Finds them all, or names one that is missing.
            pub fn find(library: Library) -> Result<Functions, &'static CStr> {
                Ok(Functions {
                    $( $name: {
                        let name = const {
                            match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                                Ok(name) => name,
                                Err(_) => panic!("a zero stands at the end only"),
                            }
                        };
                        let address = library.function(name).ok_or(name)?;
                        // SAFETY: a function of this name in libpcap has these arguments and this result.
                        unsafe { transmute::<NonNull<c_void>, unsafe extern "C" fn($($type),*) $(-> $result)?>(address) }
                    }, )*
                })
            }
        }

        $(
            /// As in libpcap, and so is its contract.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
                match library() {
                    // SAFETY: the caller keeps libpcap's contract for this function, with these arguments.
                    Ok(functions) => unsafe { (functions.$name)($($argument),*) },
                    Err(_) => $failing,
                }
            }
        )*
    };
}

/// Puts into a caller's buffer why there is no library.
fn told(buffer: *mut c_char) {
    let text = reason().to_bytes();
    let length = text.len().min(PCAP_ERRBUF_SIZE - 1);
    if !buffer.is_null() {
        // SAFETY: libpcap's contract gives the buffer `PCAP_ERRBUF_SIZE` bytes; the text is not longer than one less, and
        // lies elsewhere.
        unsafe {
            copy_nonoverlapping(text.as_ptr().cast(), buffer, length);
            *buffer.add(length) = 0;
        }
    }
}

/// A null pointer, told in the buffer.
fn nothing<T>(buffer: *mut c_char) -> *mut T {
    told(buffer);
    null_mut()
}

/// An error's number, told in the buffer.
fn error(buffer: *mut c_char) -> c_int {
    told(buffer);
    PCAP_ERROR
}

// Most functions take a handle. Without a library nobody has one, so what those give is never seen.
forwarded! {
    fn pcap_lib_version() -> *const c_char { reason().as_ptr() }

    fn pcap_findalldevs(_devices: *mut Opaque, errors: *mut c_char) -> c_int { error(errors) }
    fn pcap_freealldevs(_devices: Opaque) { () }

    fn pcap_create(_device: *const c_char, errors: *mut c_char) -> *mut pcap_t { nothing(errors) }
    fn pcap_set_snaplen(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_promisc(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_rfmon(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_timeout(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_buffer_size(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_immediate_mode(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_tstamp_precision(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_set_tstamp_type(_capture: *mut pcap_t, _value: c_int) -> c_int { PCAP_ERROR }
    fn pcap_activate(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }
    fn pcap_close(_capture: *mut pcap_t) { () }

    fn pcap_open_dead(_linktype: c_int, _snaplen: c_int) -> *mut pcap_t { null_mut() }
    fn pcap_open_dead_with_tstamp_precision(_linktype: c_int, _snaplen: c_int, _precision: c_uint) -> *mut pcap_t { null_mut() }
    fn pcap_open_offline(_path: *const c_char, errors: *mut c_char) -> *mut pcap_t { nothing(errors) }
    fn pcap_open_offline_with_tstamp_precision(_path: *const c_char, _precision: c_uint, errors: *mut c_char) -> *mut pcap_t {
        nothing(errors)
    }
    fn pcap_fopen_offline(_file: *mut FILE, errors: *mut c_char) -> *mut pcap_t { nothing(errors) }
    fn pcap_fopen_offline_with_tstamp_precision(_file: *mut FILE, _precision: c_uint, errors: *mut c_char) -> *mut pcap_t {
        nothing(errors)
    }

    fn pcap_loop(_capture: *mut pcap_t, _count: c_int, _handler: Handler, _user: *mut c_uchar) -> c_int { PCAP_ERROR }
    fn pcap_dispatch(_capture: *mut pcap_t, _count: c_int, _handler: Handler, _user: *mut c_uchar) -> c_int { PCAP_ERROR }
    fn pcap_next_ex(_capture: *mut pcap_t, _header: *mut *mut pcap_pkthdr, _packet: *mut *const c_uchar) -> c_int { PCAP_ERROR }
    fn pcap_breakloop(_capture: *mut pcap_t) { () }
    fn pcap_setnonblock(_capture: *mut pcap_t, _value: c_int, errors: *mut c_char) -> c_int { error(errors) }
    fn pcap_setdirection(_capture: *mut pcap_t, _direction: c_uint) -> c_int { PCAP_ERROR }
    fn pcap_sendpacket(_capture: *mut pcap_t, _packet: *const c_uchar, _size: c_int) -> c_int { PCAP_ERROR }
    fn pcap_stats(_capture: *mut pcap_t, _counts: Opaque) -> c_int { PCAP_ERROR }
    fn pcap_geterr(_capture: *mut pcap_t) -> *mut c_char { reason().as_ptr().cast_mut() }
    fn pcap_fileno(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }
    fn pcap_get_selectable_fd(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }
    fn pcap_major_version(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }
    fn pcap_minor_version(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }

    fn pcap_compile(
        _capture: *mut pcap_t,
        _program: *mut bpf_program,
        _expression: *const c_char,
        _optimize: c_int,
        _netmask: c_uint
    ) -> c_int { PCAP_ERROR }
    fn pcap_freecode(_program: *mut bpf_program) { () }
    fn pcap_setfilter(_capture: *mut pcap_t, _program: *mut bpf_program) -> c_int { PCAP_ERROR }
    fn pcap_offline_filter(_program: *const bpf_program, _header: *const pcap_pkthdr, _packet: *const c_uchar) -> c_int { 0 }

    fn pcap_datalink(_capture: *mut pcap_t) -> c_int { PCAP_ERROR }
    fn pcap_set_datalink(_capture: *mut pcap_t, _linktype: c_int) -> c_int { PCAP_ERROR }
    fn pcap_list_datalinks(_capture: *mut pcap_t, _list: *mut *mut c_int) -> c_int { PCAP_ERROR }
    fn pcap_free_datalinks(_list: *mut c_int) { () }
    fn pcap_datalink_name_to_val(_name: *const c_char) -> c_int { PCAP_ERROR }
    fn pcap_datalink_val_to_name(_linktype: c_int) -> *const c_char { null() }
    fn pcap_datalink_val_to_description(_linktype: c_int) -> *const c_char { null() }

    fn pcap_dump_open(_capture: *mut pcap_t, _path: *const c_char) -> Opaque { null_mut() }
    fn pcap_dump_open_append(_capture: *mut pcap_t, _path: *const c_char) -> Opaque { null_mut() }
    fn pcap_dump_fopen(_capture: *mut pcap_t, _file: *mut FILE) -> Opaque { null_mut() }
    fn pcap_dump(_user: *mut c_uchar, _header: *const pcap_pkthdr, _packet: *const c_uchar) { () }
    fn pcap_dump_flush(_dumper: Opaque) -> c_int { PCAP_ERROR }
    fn pcap_dump_close(_dumper: Opaque) { () }
}
