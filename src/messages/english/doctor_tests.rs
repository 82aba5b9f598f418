//! Made-up computers and their diagnoses.

use std::path::PathBuf;

use super::English;
use crate::messages::DoctorMessages;
use crate::platform::doctor::{Check, CheckSubject, Diagnosis, diagnose};
use crate::platform::machine::{
    CapturePrivilege, CaptureUnavailable, Container, Executable, FileLocation, LocalInterface, Machine, PackageManager,
    ProcessPrivileges, Tools,
};

/// A desktop that lacks nothing; tests remove what they need.
fn desktop() -> Machine {
    let interface = LocalInterface {
        name: "eth0".into(),
        addresses: vec!["192.0.2.5".parse().unwrap()],
        link_type: None,
        is_up: true,
        is_running: true,
        is_loopback: false,
    };
    let loopback = LocalInterface { name: "lo".into(), is_loopback: true, ..interface.clone() };
    Machine {
        libpcap: Ok(()),
        privileges: ProcessPrivileges {
            capture: CapturePrivilege::Held,
            is_root: false,
            user: Some("ada".into()),
            can_gain: true,
            is_grantable: true,
        },
        interfaces: vec![interface, loopback],
        executable: Some(Executable { path: "/usr/local/bin/portolan".into(), place: FileLocation::Fit }),
        package_manager: Some(PackageManager::Apt),
        container: None,
        tools: Tools { sudo: true, setcap: true, tcpdump: true, portolan: true },
    }
}

fn without_right() -> Machine {
    let mut machine = desktop();
    machine.privileges.capture = CapturePrivilege::Denied;
    machine
}

fn check(machine: &Machine, subject: CheckSubject) -> Check {
    let Diagnosis { checks, .. } = diagnose(machine);
    checks.into_iter().find(|check| check.subject() == subject).unwrap()
}

/// The sentence for a check.
fn sentence(machine: &Machine, subject: CheckSubject) -> String {
    English.check_result(&check(machine, subject).result)
}

fn commands(machine: &Machine, subject: CheckSubject) -> Vec<String> {
    check(machine, subject).fixes.into_iter().flat_map(|fix| fix.commands).collect()
}

fn other_way(machine: &Machine) -> Vec<String> {
    diagnose(machine).other_way.commands
}

#[test]
fn a_computer_that_lacks_nothing_needs_no_fix() {
    let diagnosis = diagnose(&desktop());
    assert!(diagnosis.can_capture());
    assert!(diagnosis.checks.iter().all(|check| check.fixes.is_empty()));
    assert_eq!(diagnosis.other_way.commands, ["sudo tcpdump -U -w - -i eth0 | portolan read -"]);
}

#[test]
fn libpcap_is_installed_as_the_system_does() {
    let command =
        |package_manager| commands(&Machine { libpcap: Err("why".into()), package_manager, ..desktop() }, CheckSubject::Libpcap);
    assert_eq!(command(Some(PackageManager::Apt)), ["sudo apt install libpcap0.8"]);
    assert_eq!(command(Some(PackageManager::Dnf)), ["sudo dnf install libpcap"]);
    assert_eq!(command(Some(PackageManager::Pacman)), ["sudo pacman -S libpcap"]);
    assert_eq!(command(Some(PackageManager::Apk)), ["sudo apk add libpcap"]);
    assert_eq!(command(Some(PackageManager::Zypper)), ["sudo zypper install libpcap1"]);
    assert_eq!(command(Some(PackageManager::Brew)), ["brew install libpcap"]);
    assert!(command(None).is_empty());
    let unknown = Machine { libpcap: Err("why".into()), package_manager: None, ..desktop() };
    assert_eq!(sentence(&unknown, CheckSubject::Libpcap), "why");
    assert!(!diagnose(&unknown).can_capture());
}

#[cfg(target_os = "linux")]
#[test]
fn the_privilege_is_given_once_permanently_or_to_a_group() {
    assert!(!diagnose(&without_right()).can_capture());
    assert_eq!(
        commands(&without_right(), CheckSubject::Privilege),
        [
            "sudo /usr/local/bin/portolan live -i eth0",
            "sudo setcap cap_net_raw+ep /usr/local/bin/portolan",
            "sudo groupadd -f pcap",
            "sudo usermod -aG pcap ada",
            "sudo chown root:pcap /usr/local/bin/portolan",
            "sudo chmod 750 /usr/local/bin/portolan",
            "sudo setcap cap_net_raw+ep /usr/local/bin/portolan",
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_in_the_wrong_place_is_installed_first() {
    let places = [
        (FileLocation::BuildFolder, "build"),
        (FileLocation::NoSuid, "nosuid"),
        (FileLocation::WorldWritable("/tmp".into()), "anyone may write to /tmp"),
    ];
    for (place, why) in places {
        let executable = Some(Executable { path: "/tmp/our build/portolan".into(), place });
        let machine = Machine { executable, ..without_right() };
        let right = check(&machine, CheckSubject::Privilege);
        assert!(right.fixes.iter().any(|fix| English.fix_purpose(&fix.purpose).contains(why)), "{right:?}");
        let commands = commands(&machine, CheckSubject::Privilege);
        assert!(
            commands.contains(&"sudo install -m 755 '/tmp/our build/portolan' /usr/local/bin/portolan".into()),
            "{commands:?}"
        );
        assert!(
            commands
                .iter()
                .filter(|command| command.contains("setcap"))
                .all(|command| command.ends_with(" /usr/local/bin/portolan"))
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_sudo_commands_use_su_and_install_missing_tools() {
    let tools = Tools { sudo: false, setcap: false, tcpdump: false, portolan: false };
    let machine = Machine { tools, ..without_right() };
    let commands = commands(&machine, CheckSubject::Privilege);
    assert_eq!(commands[0], "su -c '/usr/local/bin/portolan live -i eth0'");
    assert_eq!(commands[1], "su -c 'apt install libcap2-bin'");
    let piped = "su -c 'tcpdump -U -w - -i eth0' | /usr/local/bin/portolan read -";
    assert_eq!(other_way(&machine), ["su -c 'apt install tcpdump'", piped]);
}

#[test]
fn root_needs_no_sudo() {
    let mut machine = Machine { libpcap: Err("why".into()), ..desktop() };
    machine.privileges.is_root = true;
    assert_eq!(commands(&machine, CheckSubject::Libpcap), ["apt install libpcap0.8"]);
    assert!(sentence(&machine, CheckSubject::Privilege).contains("drops root"));
    assert_eq!(other_way(&machine), ["tcpdump -U -w - -i eth0 | portolan read -"]);
}

#[test]
fn a_container_is_started_again() {
    let mut machine = Machine { container: Some(Container::Docker), ..without_right() };
    assert!(commands(&machine, CheckSubject::Privilege).contains(&"docker run --user 0 --cap-add NET_RAW ...".into()));
    machine.privileges.is_root = true;
    machine.privileges.is_grantable = false;
    assert_eq!(commands(&machine, CheckSubject::Privilege), ["docker run --cap-add NET_RAW ..."]);
    assert_eq!(other_way(&machine), ["ssh HOST sudo tcpdump -U -w - -i eth0 | portolan read -"]);
    assert!(sentence(&machine, CheckSubject::Interface).contains("host's network"));
    machine.container = None;
    let right = check(&machine, CheckSubject::Privilege);
    assert!(sentence(&machine, CheckSubject::Privilege).contains("CAP_NET_RAW") && right.fixes.is_empty(), "{right:?}");
}

#[test]
fn no_command_is_shown_where_no_privilege_can_be_gained() {
    let mut machine = without_right();
    machine.privileges.can_gain = false;
    let right = check(&machine, CheckSubject::Privilege);
    assert!(sentence(&machine, CheckSubject::Privilege).contains("no_new_privs") && right.fixes.is_empty(), "{right:?}");
    assert!(other_way(&machine)[0].starts_with("ssh HOST"));
    machine.privileges.capture = CapturePrivilege::Unavailable(CaptureUnavailable::System("Address family not supported".into()));
    assert!(sentence(&machine, CheckSubject::Privilege).contains("Address family not supported"));
}

#[test]
fn an_interface_has_to_be_up() {
    let mut machine = desktop();
    machine.interfaces.remove(0);
    assert!(
        check(&machine, CheckSubject::Interface).is_met()
            && sentence(&machine, CheckSubject::Interface).starts_with("Only lo is up")
    );
    machine.interfaces[0].is_up = false;
    assert!(!check(&machine, CheckSubject::Interface).is_met());
    machine.interfaces[0].name = LocalInterface::ANY.into();
    assert!(sentence(&machine, CheckSubject::Interface).contains("no interfaces"), "\"any\" is none by itself");
    assert!(commands(&machine, CheckSubject::Interface).is_empty());
    machine.interfaces.clear();
    assert_eq!(other_way(&machine), ["sudo tcpdump -U -w - -i eth0 | portolan read -"], "a usual name");
}

#[test]
fn names_chosen_by_others_stay_names() {
    let mut machine = without_right();
    for interface in &mut machine.interfaces {
        interface.name = "$(reboot)".into();
        interface.is_up = false;
    }
    machine.executable = Some(Executable { path: PathBuf::from("/opt/a'b;c/portolan"), place: FileLocation::Fit });
    let all =
        [commands(&machine, CheckSubject::Privilege), commands(&machine, CheckSubject::Interface), other_way(&machine)].concat();
    for command in all {
        assert!(!command.contains("$(") || command.contains("'$(reboot)'"), "{command}");
        assert!(!command.contains(";c") || command.contains(r"'/opt/a'\''b;c/portolan'"), "{command}");
    }
}
