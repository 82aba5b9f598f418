//! The kinds of service, the words of the `category` column: a closed list, and the categories that the user's port table declares.

use super::keyed_enum::keyed_enum;
use super::own_category::OwnCategoryId;

/// The category of traffic without ports, which is no service's category.
pub const PORTLESS: &str = "portless";

keyed_enum! {
    /// The purpose of a service, if it is one that Portolan knows.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Category by name {
        /// Pages, and other content fetched like pages.
        Web = "web",
        /// Sending and receiving mail.
        Mail = "mail",
        /// Moving files.
        FileTransfer = "file-transfer",
        /// Folders of another machine.
        FileSharing = "file-sharing",
        /// Names to addresses and back.
        NameResolution = "name-resolution",
        /// Printers.
        Printing = "printing",
        /// Video and sound from a server.
        Streaming = "streaming",
        /// Telephony.
        Voip = "voip",
        /// Messengers and chat.
        Messaging = "messaging",
        /// Games.
        Games = "games",
        /// Working on another machine.
        RemoteAccess = "remote-access",
        /// Databases and caches.
        Database = "database",
        /// Directories and logins.
        Directory = "directory",
        /// Watching and steering machines.
        Management = "management",
        /// Clocks, and addresses handed out.
        TimeAndAddress = "time-and-address",
        /// Routers among themselves.
        Routing = "routing",
        /// Networks inside networks.
        VpnAndTunnels = "vpn-and-tunnels",
        /// Machines that are client and server to each other.
        PeerToPeer = "peer-to-peer",
        /// Plants and machines.
        Industrial = "industrial",
        /// Keys, certificates, guards.
        Security = "security",
        /// A service by name, in none of the kinds above.
        Other = "other",
        /// Ports that were tried one after the other.
        Scan = "scan",
        /// The server's port has no name.
        Unassigned = "unassigned",
        /// No side could be called the server.
        Undetermined = "undetermined",
    }
}

impl Category {
    /// The categories that a port table may give a service. They come first.
    pub const SERVICES: &[Category] = Category::ALL.split_at(Category::Scan as usize).0;

    /// The categories that are verdicts on flows, which no port table may give a service.
    pub const VERDICTS: &[Category] = Category::ALL.split_at(Category::Scan as usize).1;

    /// True for one of [`Category::VERDICTS`].
    pub const fn is_a_verdict(self) -> bool {
        self as usize >= Category::SERVICES.len()
    }

    /// The category that a port table may give a service by this key.
    pub fn of_service(name: &str) -> Option<Category> {
        Category::SERVICES.iter().copied().find(|category| category.name() == name)
    }
}

/// The category of a service. [`Registry::category_name`](super::Registry::category_name) gives its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum CategoryId {
    /// One that Portolan knows.
    BuiltIn(Category),
    /// One that the user's port table declares.
    Own(OwnCategoryId),
}

impl From<Category> for CategoryId {
    fn from(category: Category) -> CategoryId {
        CategoryId::BuiltIn(category)
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
        assert_eq!([Category::SERVICES, Category::VERDICTS].concat(), Category::ALL);
        assert_eq!(Category::VERDICTS, [Category::Scan, Category::Unassigned, Category::Undetermined]);
    }
}
