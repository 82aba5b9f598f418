//! The kinds of service: a closed list, the words of the `category` column.

/// What a service is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Category {
    /// Pages and what is fetched like pages.
    Web,
    /// Sending and receiving mail.
    Mail,
    /// Moving files.
    FileTransfer,
    /// Folders of another machine.
    FileSharing,
    /// Names to addresses and back.
    NameResolution,
    /// Printers.
    Printing,
    /// Video and sound from a server.
    Streaming,
    /// Telephony.
    Voip,
    /// Messengers and chat.
    Messaging,
    /// Games.
    Games,
    /// Working on another machine.
    RemoteAccess,
    /// Databases and caches.
    Database,
    /// Directories and logins.
    Directory,
    /// Watching and steering machines.
    Management,
    /// Clocks, and addresses handed out.
    TimeAndAddress,
    /// Routers among themselves.
    Routing,
    /// Networks inside networks.
    VpnAndTunnels,
    /// Machines that are client and server to each other.
    PeerToPeer,
    /// Plants and machines.
    Industrial,
    /// Keys, certificates, guards.
    Security,
    /// A service by name, in none of the kinds above.
    Other,
    /// Ports that were tried one after the other.
    Scan,
    /// The server's port has no name.
    Unassigned,
    /// No side could be called the server.
    Undetermined,
}

impl Category {
    /// All of them, in the order of the contract.
    pub const ALL: [Category; 24] = [
        Category::Web,
        Category::Mail,
        Category::FileTransfer,
        Category::FileSharing,
        Category::NameResolution,
        Category::Printing,
        Category::Streaming,
        Category::Voip,
        Category::Messaging,
        Category::Games,
        Category::RemoteAccess,
        Category::Database,
        Category::Directory,
        Category::Management,
        Category::TimeAndAddress,
        Category::Routing,
        Category::VpnAndTunnels,
        Category::PeerToPeer,
        Category::Industrial,
        Category::Security,
        Category::Other,
        Category::Scan,
        Category::Unassigned,
        Category::Undetermined,
    ];

    /// Its key.
    pub const fn name(self) -> &'static str {
        match self {
            Category::Web => "web",
            Category::Mail => "mail",
            Category::FileTransfer => "file-transfer",
            Category::FileSharing => "file-sharing",
            Category::NameResolution => "name-resolution",
            Category::Printing => "printing",
            Category::Streaming => "streaming",
            Category::Voip => "voip",
            Category::Messaging => "messaging",
            Category::Games => "games",
            Category::RemoteAccess => "remote-access",
            Category::Database => "database",
            Category::Directory => "directory",
            Category::Management => "management",
            Category::TimeAndAddress => "time-and-address",
            Category::Routing => "routing",
            Category::VpnAndTunnels => "vpn-and-tunnels",
            Category::PeerToPeer => "peer-to-peer",
            Category::Industrial => "industrial",
            Category::Security => "security",
            Category::Other => "other",
            Category::Scan => "scan",
            Category::Unassigned => "unassigned",
            Category::Undetermined => "undetermined",
        }
    }

    /// True for what no port table says of a service, because it is said of flows.
    pub const fn is_a_verdict(self) -> bool {
        matches!(self, Category::Scan | Category::Unassigned | Category::Undetermined)
    }

    /// The category that a port table may give a service by this key.
    pub fn of_service(name: &str) -> Option<Category> {
        let category = Category::ALL.into_iter().find(|category| category.name() == name)?;
        (!category.is_a_verdict()).then_some(category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_lead_back() {
        for category in Category::ALL {
            let back = Category::of_service(category.name());
            assert_eq!(back, (!category.is_a_verdict()).then_some(category));
        }
    }
}
