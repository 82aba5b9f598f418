//! Flows that are announced before they begin: the kind of announcement, and the service that they belong to.
//!
//! A port that two machines agree on for one transfer is in no registry, but their agreement names it.

use std::sync::LazyLock;

use super::category::Category;
use super::keyed_enum::keyed_enum;
use super::tsv::rows;
use crate::time::NANOSECONDS;

const RPC_PROGRAMS: &str = include_str!("../../data/rpc_programs.tsv");
const DCERPC_INTERFACES: &str = include_str!("../../data/dcerpc_interfaces.tsv");

keyed_enum! {
    /// The kinds of announcement, by the key of the evidence from them.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum AnnouncementKind by code {
        /// FTP's `PORT`: the client names the endpoint that the server shall connect to (RFC 959).
        FtpPort = "expect:ftp-port",
        /// FTP's `EPRT`: as `PORT`, for addresses of any family (RFC 2428).
        FtpEprt = "expect:ftp-eprt",
        /// The answer to `PASV`: the server names the endpoint that the client shall connect to (RFC 959).
        FtpPasv = "expect:ftp-pasv",
        /// The answer to `EPSV` (RFC 2428).
        FtpEpsv = "expect:ftp-epsv",
        /// A TFTP request: the answer comes from a port that the server chooses (RFC 1350 section 4).
        Tftp = "expect:tftp",
        /// A question to a group of machines: each answers from a port of its own choice.
        GroupReply = "expect:group-reply",
        /// A session description in SIP or MGCP (RFC 8866).
        Sdp = "expect:sdp",
        /// The `Transport` header of RTSP (RFC 7826), or a session description in it.
        Rtsp = "expect:rtsp",
        /// An offer to connect directly, in IRC (DCC).
        DccOffer = "expect:irc-dcc",
        /// The answer of a portmapper or rpcbind (RFC 1833).
        RpcBinding = "expect:rpc-binding",
        /// The answer of a DCE endpoint mapper (C706).
        EpmBinding = "expect:epm-binding",
    }
}

impl AnnouncementKind {
    /// Nanoseconds within which an announced flow begins; `None` if the announcement holds for the whole capture, including the
    /// time before it. A reply to a group query has the time that the query allows instead.
    pub const fn lifetime(self) -> Option<i64> {
        match self {
            AnnouncementKind::FtpPort
            | AnnouncementKind::FtpEprt
            | AnnouncementKind::FtpPasv
            | AnnouncementKind::FtpEpsv
            | AnnouncementKind::DccOffer => Some(300 * NANOSECONDS),
            AnnouncementKind::Tftp => Some(60 * NANOSECONDS),
            AnnouncementKind::Sdp | AnnouncementKind::Rtsp => Some(600 * NANOSECONDS),
            AnnouncementKind::GroupReply => Some(3 * NANOSECONDS),
            AnnouncementKind::RpcBinding | AnnouncementKind::EpmBinding => None,
        }
    }

    /// True if the announcement is for one flow only.
    pub const fn is_for_one_flow(self) -> bool {
        match self {
            AnnouncementKind::FtpPort | AnnouncementKind::FtpEprt | AnnouncementKind::FtpPasv | AnnouncementKind::FtpEpsv => true,
            AnnouncementKind::Tftp | AnnouncementKind::DccOffer => true,
            AnnouncementKind::GroupReply | AnnouncementKind::Sdp | AnnouncementKind::Rtsp => false,
            AnnouncementKind::RpcBinding | AnnouncementKind::EpmBinding => false,
        }
    }

    /// True if the server opens the announced connection.
    pub const fn server_opens(self) -> bool {
        matches!(self, AnnouncementKind::FtpPort | AnnouncementKind::FtpEprt)
    }
}

/// The service of an announced flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExpectedService {
    /// The name of the service.
    pub name: &'static str,
    /// The category of the service.
    pub category: Category,
}

impl ExpectedService {
    /// Files and listings of FTP.
    pub const FTP_DATA: ExpectedService = ExpectedService { name: "ftp-data", category: Category::FileTransfer };
    /// A file over TFTP.
    pub const TFTP: ExpectedService = ExpectedService { name: "tftp", category: Category::FileTransfer };
    /// Answers to a UPnP search.
    pub const SSDP: ExpectedService = ExpectedService { name: "ssdp", category: Category::NameResolution };
    /// Answers to a search for Web services.
    pub const WS_DISCOVERY: ExpectedService = ExpectedService { name: "ws-discovery", category: Category::NameResolution };
    /// Answers to a multicast DNS question that was asked from a port of its own.
    pub const MDNS: ExpectedService = ExpectedService { name: "mdns", category: Category::NameResolution };
    /// Answers to a link-local name question.
    pub const LLMNR: ExpectedService = ExpectedService { name: "llmnr", category: Category::NameResolution };
    /// Sound or pictures of a call.
    pub const CALL_RTP: ExpectedService = ExpectedService { name: "rtp", category: Category::Voip };
    /// Reports on the sound or pictures of a call.
    pub const CALL_RTCP: ExpectedService = ExpectedService { name: "rtcp", category: Category::Voip };
    /// Sound or pictures from a streaming server.
    pub const STREAM_RTP: ExpectedService = ExpectedService { name: "rtp", category: Category::Streaming };
    /// Reports on the sound or pictures from a streaming server.
    pub const STREAM_RTCP: ExpectedService = ExpectedService { name: "rtcp", category: Category::Streaming };
    /// A fax over UDP (ITU-T T.38).
    pub const FAX: ExpectedService = ExpectedService { name: "t38", category: Category::Voip };
    /// Messages of a session (RFC 4975).
    pub const MSRP: ExpectedService = ExpectedService { name: "msrp", category: Category::Messaging };
    /// A file or a chat between two users of IRC.
    pub const DCC: ExpectedService = ExpectedService { name: "irc-dcc", category: Category::Messaging };
    /// A Sun RPC program without a known name.
    pub const RPC: ExpectedService = ExpectedService { name: "sunrpc", category: Category::Other };
    /// A DCE RPC interface without a known name.
    pub const DCERPC: ExpectedService = ExpectedService { name: "dcerpc", category: Category::Other };

    /// All services that can be announced; the same one may occur more than once.
    pub fn all() -> impl Iterator<Item = ExpectedService> {
        let fixed = [
            ExpectedService::FTP_DATA,
            ExpectedService::TFTP,
            ExpectedService::SSDP,
            ExpectedService::WS_DISCOVERY,
            ExpectedService::MDNS,
            ExpectedService::LLMNR,
            ExpectedService::CALL_RTP,
            ExpectedService::CALL_RTCP,
            ExpectedService::STREAM_RTP,
            ExpectedService::STREAM_RTCP,
            ExpectedService::FAX,
            ExpectedService::MSRP,
            ExpectedService::DCC,
            ExpectedService::RPC,
            ExpectedService::DCERPC,
        ];
        fixed
            .into_iter()
            .chain(PROGRAMS.iter().map(|(_, service)| *service))
            .chain(INTERFACES.iter().map(|(_, service)| *service))
    }

    /// The service that a Sun RPC program offers, by its number.
    pub fn of_rpc_program(number: u32) -> ExpectedService {
        PROGRAMS.iter().find(|(known, _)| *known == number).map_or(ExpectedService::RPC, |(_, service)| *service)
    }

    /// The service of a DCE RPC interface, by the bytes of its UUID in written order.
    pub fn of_dcerpc_interface(uuid: &[u8; 16]) -> ExpectedService {
        let uuid = u128::from_be_bytes(*uuid);
        INTERFACES.iter().find(|(known, _)| *known == uuid).map_or(ExpectedService::DCERPC, |(_, service)| *service)
    }
}

static PROGRAMS: LazyLock<Vec<(u32, ExpectedService)>> =
    LazyLock::new(|| table(RPC_PROGRAMS, |number| number.parse().expect("rpc_programs.tsv: number")));
static INTERFACES: LazyLock<Vec<(u128, ExpectedService)>> =
    LazyLock::new(|| table(DCERPC_INTERFACES, |uuid| u128::from_str_radix(&uuid.replace('-', ""), 16).expect("a UUID")));

/// Reads a table whose first columns are a key, a name and a category.
fn table<K>(text: &'static str, key: impl Fn(&str) -> K) -> Vec<(K, ExpectedService)> {
    let service = |[number, name, category]: [&'static str; 3]| {
        let category = Category::of_service(category).unwrap_or_else(|| panic!("{name}: category {category:?}"));
        (key(number), ExpectedService { name, category })
    };
    rows(text).map(service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_for_the_whole_capture_is_not_used_up() {
        for binding in [AnnouncementKind::RpcBinding, AnnouncementKind::EpmBinding] {
            assert!(binding.lifetime().is_none() && !binding.is_for_one_flow(), "{}", binding.code());
        }
    }

    #[test]
    fn programs_and_interfaces_have_names_or_none() {
        assert_eq!(ExpectedService::of_rpc_program(100_021).name, "nlockmgr");
        assert_eq!(ExpectedService::of_rpc_program(0x2000_0000), ExpectedService::RPC);
        let samr = 0x12345778_1234_abcd_ef00_0123456789acu128;
        assert_eq!(ExpectedService::of_dcerpc_interface(&samr.to_be_bytes()).name, "samr");
        assert_eq!(ExpectedService::of_dcerpc_interface(&[0; 16]), ExpectedService::DCERPC);
    }
}
