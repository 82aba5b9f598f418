//! Made-up computers, and the diagnosis of each.

use std::path::PathBuf;

use super::English;
use crate::messages::DoctorMessages;
use crate::platform::doctor::{Check, CheckSubject, Diagnosis, diagnose};
use crate::platform::machine::{
    Container, Executable, FileLocation, Impossible, LocalInterface, Machine, PackageManager, Right, Rights, Tools,
};

/// A desktop on which all is there but what is taken away.
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
        rights: Rights { capture: Right::Held, is_root: false, user: Some("ada".into()), can_gain: true, is_grantable: true },
        interfaces: vec![interface, loopback],
        executable: Some(Executable { path: "/usr/local/bin/portolan".into(), place: FileLocation::Fit }),
        package_manager: Some(PackageManager::Apt),
        container: None,
        tools: Tools { sudo: true, setcap: true, tcpdump: true, portolan: true },
    }
}

fn without_right() -> Machine {
    let mut machine = desktop();
    machine.rights.capture = Right::Denied;
    machine
}

fn check(machine: &Machine, subject: CheckSubject) -> Check {
    let Diagnosis { checks, .. } = diagnose(machine);
    checks.into_iter().find(|check| check.subject() == subject).unwrap()
}

/// What is said of a check.
fn said(machine: &Machine, subject: CheckSubject) -> String {
    English.check_result(&check(machine, subject).result)
}

fn commands(machine: &Machine, subject: CheckSubject) -> Vec<String> {
    check(machine, subject).fixes.into_iter().flat_map(|fix| fix.commands).collect()
}

fn other_way(machine: &Machine) -> Vec<String> {
    diagnose(machine).other_way.commands
}

#[test]
fn where_all_is_there_nothing_is_to_be_done() {
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
    assert_eq!(said(&unknown, CheckSubject::Libpcap), "why");
    assert!(!diagnose(&unknown).can_capture());
}

#[cfg(target_os = "linux")]
#[test]
fn the_right_is_given_for_once_for_good_or_to_a_group() {
    assert!(!diagnose(&without_right()).can_capture());
    assert_eq!(
        commands(&without_right(), CheckSubject::Right),
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
        let right = check(&machine, CheckSubject::Right);
        assert!(right.fixes.iter().any(|fix| English.fix_purpose(&fix.purpose).contains(why)), "{right:?}");
        let commands = commands(&machine, CheckSubject::Right);
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
fn without_sudo_root_is_asked_for_otherwise_and_what_is_missing_is_installed() {
    let tools = Tools { sudo: false, setcap: false, tcpdump: false, portolan: false };
    let machine = Machine { tools, ..without_right() };
    let commands = commands(&machine, CheckSubject::Right);
    assert_eq!(commands[0], "su -c '/usr/local/bin/portolan live -i eth0'");
    assert_eq!(commands[1], "su -c 'apt install libcap2-bin'");
    let piped = "su -c 'tcpdump -U -w - -i eth0' | /usr/local/bin/portolan read -";
    assert_eq!(other_way(&machine), ["su -c 'apt install tcpdump'", piped]);
}

#[test]
fn root_needs_no_sudo() {
    let mut machine = Machine { libpcap: Err("why".into()), ..desktop() };
    machine.rights.is_root = true;
    assert_eq!(commands(&machine, CheckSubject::Libpcap), ["apt install libpcap0.8"]);
    assert!(said(&machine, CheckSubject::Right).contains("drops root"));
    assert_eq!(other_way(&machine), ["tcpdump -U -w - -i eth0 | portolan read -"]);
}

#[test]
fn a_container_is_started_anew() {
    let mut machine = Machine { container: Some(Container::Docker), ..without_right() };
    assert!(commands(&machine, CheckSubject::Right).contains(&"docker run --user 0 --cap-add NET_RAW ...".into()));
    machine.rights.is_root = true;
    machine.rights.is_grantable = false;
    assert_eq!(commands(&machine, CheckSubject::Right), ["docker run --cap-add NET_RAW ..."]);
    assert_eq!(other_way(&machine), ["ssh HOST sudo tcpdump -U -w - -i eth0 | portolan read -"]);
    assert!(said(&machine, CheckSubject::Interface).contains("host's network"));
    machine.container = None;
    let right = check(&machine, CheckSubject::Right);
    assert!(said(&machine, CheckSubject::Right).contains("CAP_NET_RAW") && right.fixes.is_empty(), "{right:?}");
}

#[test]
fn where_nothing_can_be_gained_no_command_is_told() {
    let mut machine = without_right();
    machine.rights.can_gain = false;
    let right = check(&machine, CheckSubject::Right);
    assert!(said(&machine, CheckSubject::Right).contains("no_new_privs") && right.fixes.is_empty(), "{right:?}");
    assert!(other_way(&machine)[0].starts_with("ssh HOST"));
    machine.rights.capture = Right::Impossible(Impossible::System("Address family not supported".into()));
    assert!(said(&machine, CheckSubject::Right).contains("Address family not supported"));
}

#[test]
fn an_interface_has_to_be_up() {
    let mut machine = desktop();
    machine.interfaces.remove(0);
    assert!(
        check(&machine, CheckSubject::Interface).is_met() && said(&machine, CheckSubject::Interface).starts_with("Only lo is up")
    );
    machine.interfaces[0].is_up = false;
    assert!(!check(&machine, CheckSubject::Interface).is_met());
    machine.interfaces[0].name = LocalInterface::ANY.into();
    assert!(said(&machine, CheckSubject::Interface).contains("no interfaces"), "\"any\" is none by itself");
    assert!(commands(&machine, CheckSubject::Interface).is_empty());
    machine.interfaces.clear();
    assert_eq!(other_way(&machine), ["sudo tcpdump -U -w - -i eth0 | portolan read -"], "a usual name");
}

#[test]
fn names_that_others_chose_stay_names() {
    let mut machine = without_right();
    for interface in &mut machine.interfaces {
        interface.name = "$(reboot)".into();
        interface.is_up = false;
    }
    machine.executable = Some(Executable { path: PathBuf::from("/opt/a'b;c/portolan"), place: FileLocation::Fit });
    let all =
        [commands(&machine, CheckSubject::Right), commands(&machine, CheckSubject::Interface), other_way(&machine)].concat();
    for command in all {
        assert!(!command.contains("$(") || command.contains("'$(reboot)'"), "{command}");
        assert!(!command.contains(";c") || command.contains(r"'/opt/a'\''b;c/portolan'"), "{command}");
    }
}
