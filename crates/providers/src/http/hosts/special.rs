//! Addresses that are not simply somewhere on the internet, by IANA's registries of special-purpose
//! addresses. std has tests for some of them, half of those unstable; a table with its sources can be
//! checked line by line.

use std::net::{IpAddr, Ipv4Addr};

use super::network::Network;

/// What an address is for, if not for the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Special {
    /// With an article: `a private address`.
    pub(crate) what: &'static str,
    pub(crate) rfc: u16,
}

const V4: [(Network, Special); 15] = [
    (Network::v4([0, 0, 0, 0], 8), is("an address of `this network`", 791)),
    (Network::v4([10, 0, 0, 0], 8), is("a private address", 1918)),
    (Network::v4([100, 64, 0, 0], 10), is("a shared address behind a carrier's NAT", 6598)),
    (Network::v4([127, 0, 0, 0], 8), is("a loopback address", 1122)),
    (Network::v4([169, 254, 0, 0], 16), is("a link-local address", 3927)),
    (Network::v4([172, 16, 0, 0], 12), is("a private address", 1918)),
    (Network::v4([192, 0, 0, 0], 24), is("an address for protocols", 6890)),
    (Network::v4([192, 0, 2, 0], 24), is("an address for documentation", 5737)),
    (Network::v4([192, 88, 99, 0], 24), is("a relay's address of 6to4", 7526)),
    (Network::v4([192, 168, 0, 0], 16), is("a private address", 1918)),
    (Network::v4([198, 18, 0, 0], 15), is("an address for benchmarks", 2544)),
    (Network::v4([198, 51, 100, 0], 24), is("an address for documentation", 5737)),
    (Network::v4([203, 0, 113, 0], 24), is("an address for documentation", 5737)),
    (Network::v4([224, 0, 0, 0], 4), is("a multicast address", 5771)),
    // The broadcast address is its last one.
    (Network::v4([240, 0, 0, 0], 4), is("a reserved address", 1112)),
];

/// What an IPv6 network is.
enum Rule {
    Special(Special),
    /// It carries IPv4 addresses, which say what it is.
    Carries(fn([u16; 8]) -> Vec<Ipv4Addr>),
}

/// The first network that has an address says what it is: smaller ones stand above larger ones.
const V6: [(Network, Rule); 21] = [
    (Network::v6([0; 4], 128), Rule::Special(is("the unspecified address", 4291))),
    (Network::v6_low([0, 0, 0, 1], 128), Rule::Special(is("a loopback address", 4291))),
    // IPv4-compatible, IPv4-mapped and IPv4-translated (RFC 4291, RFC 4291, RFC 2765).
    (Network::v6_low([0; 4], 96), Rule::Carries(last)),
    (Network::v6_low([0, 0xffff, 0, 0], 96), Rule::Carries(last)),
    (Network::v6_low([0xffff, 0, 0, 0], 96), Rule::Carries(last)),
    // NAT64 (RFC 6052).
    (Network::v6([0x64, 0xff9b, 0, 0], 96), Rule::Carries(last)),
    (Network::v6([0x64, 0xff9b, 1, 0], 48), Rule::Special(is("a local address of NAT64", 8215))),
    (Network::v6([0x100, 0, 0, 0], 64), Rule::Special(is("an address to discard to", 6666))),
    (Network::v6([0x100, 0, 0, 1], 64), Rule::Special(is("a dummy address", 9780))),
    // Teredo (RFC 4380).
    (Network::v6([0x2001, 0, 0, 0], 32), Rule::Carries(teredo)),
    (Network::v6([0x2001, 2, 0, 0], 48), Rule::Special(is("an address for benchmarks", 5180))),
    (Network::v6([0x2001, 0x10, 0, 0], 28), Rule::Special(is("an identifier of ORCHID", 4843))),
    (Network::v6([0x2001, 0x20, 0, 0], 28), Rule::Special(is("an identifier of ORCHID", 7343))),
    (Network::v6([0x2001, 0, 0, 0], 23), Rule::Special(is("an address for protocols", 2928))),
    (Network::v6([0x2001, 0xdb8, 0, 0], 32), Rule::Special(is(DOCUMENTATION, 3849))),
    // 6to4 (RFC 3056).
    (Network::v6([0x2002, 0, 0, 0], 16), Rule::Carries(sixth_to_fourth)),
    (Network::v6([0x3fff, 0, 0, 0], 20), Rule::Special(is(DOCUMENTATION, 9637))),
    (Network::v6([0xfc00, 0, 0, 0], 7), Rule::Special(is("a private address", 4193))),
    (Network::v6([0xfe80, 0, 0, 0], 10), Rule::Special(is("a link-local address", 4291))),
    (Network::v6([0xfec0, 0, 0, 0], 10), Rule::Special(is("a site-local address", 3879))),
    (Network::v6([0xff00, 0, 0, 0], 8), Rule::Special(is("a multicast address", 4291))),
];

const DOCUMENTATION: &str = "an address for documentation";

/// All that is given out to the public so far; the rest is reserved.
const UNICAST: Network = Network::v6([0x2000, 0, 0, 0], 3);
const RESERVED: Special = is("a reserved address", 4291);

const fn is(what: &'static str, rfc: u16) -> Special {
    Special { what, rfc }
}

/// What the address is, unless it is one of the public internet.
pub(crate) fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(_) => {
            V4.iter().find(|(network, _)| network.contains(address)).map(|(_, special)| *special)
        }
        IpAddr::V6(v6) => match V6.iter().find(|(network, _)| network.contains(address)) {
            Some((_, Rule::Special(special))) => Some(*special),
            Some((_, Rule::Carries(carried))) => carried_special(carried(v6.segments())),
            None => (!UNICAST.contains(address)).then_some(RESERVED),
        },
    }
}

fn carried_special(carried: Vec<Ipv4Addr>) -> Option<Special> {
    carried.into_iter().find_map(|address| special(IpAddr::V4(address)))
}

fn last([.., high, low]: [u16; 8]) -> Vec<Ipv4Addr> {
    vec![v4(high, low)]
}

fn sixth_to_fourth([_, high, low, ..]: [u16; 8]) -> Vec<Ipv4Addr> {
    vec![v4(high, low)]
}

/// The server's address, and the client's with all bits turned over.
fn teredo([_, _, high, low, .., client_high, client_low]: [u16; 8]) -> Vec<Ipv4Addr> {
    vec![v4(high, low), v4(!client_high, !client_low)]
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc(address: &str) -> Option<u16> {
        special(address.parse().unwrap()).map(|special| special.rfc)
    }

    #[test]
    fn every_network_is_known_by_its_first_and_last_address() {
        let cases = [
            ("0.0.0.0", "0.255.255.255", 791),
            ("10.0.0.0", "10.255.255.255", 1918),
            ("100.64.0.0", "100.127.255.255", 6598),
            ("127.0.0.0", "127.255.255.255", 1122),
            ("169.254.0.0", "169.254.169.254", 3927),
            ("172.16.0.0", "172.31.255.255", 1918),
            ("192.0.0.0", "192.0.0.255", 6890),
            ("192.0.2.0", "192.0.2.255", 5737),
            ("192.88.99.0", "192.88.99.255", 7526),
            ("192.168.0.0", "192.168.255.255", 1918),
            ("198.18.0.0", "198.19.255.255", 2544),
            ("198.51.100.0", "198.51.100.255", 5737),
            ("203.0.113.0", "203.0.113.255", 5737),
            ("224.0.0.0", "239.255.255.255", 5771),
            ("240.0.0.0", "255.255.255.255", 1112),
            ("64:ff9b:1::", "64:ff9b:1:ffff::", 8215),
            ("100::", "100::ffff", 6666),
            ("100:0:0:1::", "100:0:0:1::ffff", 9780),
            ("2001:2::", "2001:2:0:ffff::", 5180),
            ("2001:10::", "2001:1f:ffff::", 4843),
            ("2001:20::", "2001:2f:ffff::", 7343),
            ("2001:1::", "2001:1ff:ffff::", 2928),
            ("2001:db8::", "2001:db8:ffff::", 3849),
            ("3fff::", "3fff:fff:ffff::", 9637),
            ("fc00::", "fdff:ffff::", 4193),
            ("fe80::", "febf:ffff::", 4291),
            ("fec0::", "feff:ffff::", 3879),
            ("ff00::", "ffff:ffff::", 4291),
            // Never given out.
            ("1000::", "1fff::", 4291),
            ("4000::", "fbff::", 4291),
        ];
        for (first, last, expected) in cases {
            assert_eq!((rfc(first), rfc(last)), (Some(expected), Some(expected)), "{first}");
        }
        assert_eq!((rfc("::"), rfc("::1")), (Some(4291), Some(4291)));
    }

    #[test]
    fn their_neighbours_are_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert_eq!(rfc(address), None, "{address}");
        }
    }

    #[test]
    fn an_address_that_carries_another_is_what_that_one_is() {
        let forms: [fn(Ipv4Addr) -> String; 7] = [
            |v4| format!("::ffff:{v4}"),
            |v4| format!("::{v4}"),
            |v4| format!("::ffff:0:{v4}"),
            |v4| format!("64:ff9b::{v4}"),
            |v4| format!("2002:{:x}:{:x}::1", v4.to_bits() >> 16, v4.to_bits() & 0xffff),
            |v4| format!("2001:0:{:x}:{:x}::f7f7:f7f7", v4.to_bits() >> 16, v4.to_bits() & 0xffff),
            |v4| format!("2001:0:808:808::{:x}:{:x}", !v4.to_bits() >> 16, !v4.to_bits() & 0xffff),
        ];
        let cases = [
            ("8.8.8.8", None),
            ("127.0.0.1", Some(1122)),
            ("10.0.0.7", Some(1918)),
            ("169.254.169.254", Some(3927)),
            ("100.64.0.1", Some(6598)),
            ("255.255.255.255", Some(1112)),
        ];
        for form in forms {
            for (carried, expected) in cases {
                let address = form(carried.parse().unwrap());
                assert_eq!(rfc(&address), expected, "{address}");
            }
        }
    }
}
