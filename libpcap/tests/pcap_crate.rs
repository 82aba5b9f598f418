//! The `pcap` crate finds all its functions here, and works or fails by whether libpcap is there.

use pcap::{Capture, Device, Linktype};

#[test]
fn the_pcap_crate_works_or_says_what_to_install() {
    let Err(why) = portolan_libpcap::load() else {
        let dead = Capture::dead(Linktype::ETHERNET).unwrap();
        assert!(dead.compile("tcp port 80", true).is_ok());
        assert!(Device::list().is_ok());
        let missing = Capture::from_file("no such file").err().unwrap().to_string();
        assert!(missing.contains("No such file"), "{missing}");
        return;
    };
    println!("without libpcap: {why}");
    for error in [
        Capture::from_device("lo").err().unwrap(),
        Device::list().err().unwrap(),
        Capture::from_file("no such file").err().unwrap(),
    ] {
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(Capture::dead(Linktype::ETHERNET).is_err());
}
