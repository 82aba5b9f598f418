//! Flows that are announced before they begin: the kind of announcement, and the service that they belong to.
//!
//! A port that two machines agree on for one transfer is in no registry, but their agreement names it.

use std::sync::LazyLock;

use super::category::Category;
use super::tsv::rows;
use crate::time::NANOSECONDS;

const RPC_PROGRAMS: &str = include_str!("../../data/rpc_programs.tsv");
const DCERPC_INTERFACES: &str = include_str!("../../data/dcerpc_interfaces.tsv");

/// The kinds of announcement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Announcer {
    /// FTP's `PORT`: the client names the endpoint that the server shall connect to (RFC 959).
    FtpPort,
    /// FTP's `EPRT`: as `PORT`, for addresses of any family (RFC 2428).
    FtpEprt,
    /// The answer to `PASV`: the server names the endpoint that the client shall connect to (RFC 959).
    FtpPasv,
    /// The answer to `EPSV` (RFC 2428).
    FtpEpsv,
    /// A TFTP request: the answer comes from a port that the server chooses (RFC 1350 section 4).
    Tftp,
    /// A question to a group of machines: each answers from a port of its own choice.
    GroupReply,
    /// A session description in SIP or MGCP (RFC 8866).
    Sdp,
    /// The `Transport` header of RTSP (RFC 7826), or a session description in it.
    Rtsp,
    /// An offer to connect directly, in IRC (DCC).
    DccOffer,
    /// The answer of a portmapper or rpcbind (RFC 1833).
    RpcBinding,
    /// The answer of a DCE endpoint mapper (C706).
    EpmBinding,
}

impl Announcer {
    /// The key of the evidence from such an announcement.
    pub const fn code(self) -> &'static str {
        match self {
            Announcer::FtpPort => "expect:ftp-port",
            Announcer::FtpEprt => "expect:ftp-eprt",
            Announcer::FtpPasv => "expect:ftp-pasv",
            Announcer::FtpEpsv => "expect:ftp-epsv",
            Announcer::Tftp => "expect:tftp",
            Announcer::GroupReply => "expect:group-reply",
            Announcer::Sdp => "expect:sdp",
            Announcer::Rtsp => "expect:rtsp",
            Announcer::DccOffer => "expect:irc-dcc",
            Announcer::RpcBinding => "expect:rpc-binding",
            Announcer::EpmBinding => "expect:epm-binding",
        }
    }

    /// Nanoseconds within which an announced flow begins; `None` if the announcement holds for the whole capture, including the
    /// time before it. A reply to a group query has the time that the query allows instead.
    pub const fn lifetime(self) -> Option<i64> {
        match self {
            Announcer::FtpPort | Announcer::FtpEprt | Announcer::FtpPasv | Announcer::FtpEpsv | Announcer::DccOffer => {
                Some(300 * NANOSECONDS)
            }
            Announcer::Tftp => Some(60 * NANOSECONDS),
            Announcer::Sdp | Announcer::Rtsp => Some(600 * NANOSECONDS),
            Announcer::GroupReply => Some(3 * NANOSECONDS),
            Announcer::RpcBinding | Announcer::EpmBinding => None,
        }
    }

    /// True if the announcement is for one flow only.
    pub const fn is_for_one_flow(self) -> bool {
        match self {
            Announcer::FtpPort | Announcer::FtpEprt | Announcer::FtpPasv | Announcer::FtpEpsv => true,
            Announcer::Tftp | Announcer::DccOffer => true,
            Announcer::GroupReply | Announcer::Sdp | Announcer::Rtsp => false,
            Announcer::RpcBinding | Announcer::EpmBinding => false,
        }
    }

    /// True if the server opens the announced connection.
    pub const fn server_opens(self) -> bool {
        matches!(self, Announcer::FtpPort | Announcer::FtpEprt)
    }
}

/// The service of an announced flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Expected {
    /// The name of the service.
    pub name: &'static str,
    /// The category of the service.
    pub category: Category,
}

impl Expected {
    /// Files and listings of FTP.
    pub const FTP_DATA: Expected = Expected { name: "ftp-data", category: Category::FileTransfer };
    /// A file over TFTP.
    pub const TFTP: Expected = Expected { name: "tftp", category: Category::FileTransfer };
    /// Answers to a UPnP search.
    pub const SSDP: Expected = Expected { name: "ssdp", category: Category::NameResolution };
    /// Answers to a search for Web services.
    pub const WS_DISCOVERY: Expected = Expected { name: "ws-discovery", category: Category::NameResolution };
    /// Answers to a multicast DNS question that was asked from a port of its own.
    pub const MDNS: Expected = Expected { name: "mdns", category: Category::NameResolution };
    /// Answers to a link-local name question.
    pub const LLMNR: Expected = Expected { name: "llmnr", category: Category::NameResolution };
    /// Sound or pictures of a call.
    pub const CALL_RTP: Expected = Expected { name: "rtp", category: Category::Voip };
    /// Reports on the sound or pictures of a call.
    pub const CALL_RTCP: Expected = Expected { name: "rtcp", category: Category::Voip };
    /// Sound or pictures from a streaming server.
    pub const STREAM_RTP: Expected = Expected { name: "rtp", category: Category::Streaming };
    /// Reports on the sound or pictures from a streaming server.
    pub const STREAM_RTCP: Expected = Expected { name: "rtcp", category: Category::Streaming };
    /// A fax over UDP (ITU-T T.38).
    pub const FAX: Expected = Expected { name: "t38", category: Category::Voip };
    /// Messages of a session (RFC 4975).
    pub const MSRP: Expected = Expected { name: "msrp", category: Category::Messaging };
    /// A file or a chat between two users of IRC.
    pub const DCC: Expected = Expected { name: "irc-dcc", category: Category::Messaging };
    /// A Sun RPC program without a known name.
    pub const RPC: Expected = Expected { name: "sunrpc", category: Category::Other };
    /// A DCE RPC interface without a known name.
    pub const DCERPC: Expected = Expected { name: "dcerpc", category: Category::Other };

    /// All services that can be announced; the same one may occur more than once.
    pub fn all() -> impl Iterator<Item = Expected> {
        let fixed = [
            Expected::FTP_DATA,
            Expected::TFTP,
            Expected::SSDP,
            Expected::WS_DISCOVERY,
            Expected::MDNS,
            Expected::LLMNR,
            Expected::CALL_RTP,
            Expected::CALL_RTCP,
            Expected::STREAM_RTP,
            Expected::STREAM_RTCP,
            Expected::FAX,
            Expected::MSRP,
            Expected::DCC,
            Expected::RPC,
            Expected::DCERPC,
        ];
        fixed
            .into_iter()
            .chain(PROGRAMS.iter().map(|(_, service)| *service))
            .chain(INTERFACES.iter().map(|(_, service)| *service))
    }

    /// The service that a Sun RPC program offers, by its number.
    pub fn of_rpc_program(number: u32) -> Expected {
        PROGRAMS.iter().find(|(known, _)| *known == number).map_or(Expected::RPC, |(_, service)| *service)
    }

    /// The service of a DCE RPC interface, by the bytes of its UUID in written order.
    pub fn of_dcerpc_interface(uuid: &[u8; 16]) -> Expected {
        let uuid = u128::from_be_bytes(*uuid);
        INTERFACES.iter().find(|(known, _)| *known == uuid).map_or(Expected::DCERPC, |(_, service)| *service)
    }
}

static PROGRAMS: LazyLock<Vec<(u32, Expected)>> =
    LazyLock::new(|| table(RPC_PROGRAMS, |number| number.parse().expect("rpc_programs.tsv: number")));
static INTERFACES: LazyLock<Vec<(u128, Expected)>> =
    LazyLock::new(|| table(DCERPC_INTERFACES, |uuid| u128::from_str_radix(&uuid.replace('-', ""), 16).expect("a UUID")));

/// Reads a table whose first columns are a key, a name and a category.
fn table<K>(text: &'static str, key: impl Fn(&str) -> K) -> Vec<(K, Expected)> {
    let service = |[number, name, category]: [&'static str; 3]| {
        let category = Category::of_service(category).unwrap_or_else(|| panic!("{name}: category {category:?}"));
        (key(number), Expected { name, category })
    };
    rows(text).map(service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_for_the_whole_capture_is_not_used_up() {
        for binding in [Announcer::RpcBinding, Announcer::EpmBinding] {
            assert!(binding.lifetime().is_none() && !binding.is_for_one_flow(), "{}", binding.code());
        }
    }

    #[test]
    fn programs_and_interfaces_have_names_or_none() {
        assert_eq!(Expected::of_rpc_program(100_021).name, "nlockmgr");
        assert_eq!(Expected::of_rpc_program(0x2000_0000), Expected::RPC);
        let samr = 0x12345778_1234_abcd_ef00_0123456789acu128;
        assert_eq!(Expected::of_dcerpc_interface(&samr.to_be_bytes()).name, "samr");
        assert_eq!(Expected::of_dcerpc_interface(&[0; 16]), Expected::DCERPC);
    }
}
