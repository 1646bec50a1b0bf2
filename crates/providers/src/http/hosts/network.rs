//! Networks of addresses: `10.0.0.0/8`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    first: IpAddr,
    bits: u32,
}

impl Network {
    pub(super) const fn v4(first: [u8; 4], bits: u32) -> Self {
        let [a, b, c, d] = first;
        Self { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    /// The segments that are left out are zero.
    pub(super) const fn v6(first: [u16; 4], bits: u32) -> Self {
        let [a, b, c, d] = first;
        Self { first: IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), bits }
    }

    /// A network among the addresses whose upper half is zero.
    pub(super) const fn v6_low(low: [u16; 4], bits: u32) -> Self {
        let [a, b, c, d] = low;
        Self { first: IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, a, b, c, d)), bits }
    }

    /// One address alone.
    pub(super) const fn of(address: IpAddr) -> Self {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Self { first: address, bits }
    }

    /// Reads `ADDRESS/BITS`; `None` if it is no network.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let network = Self::of(address.parse().ok()?);
        let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|bits| is_number && *bits <= network.bits)?;
        Some(Self { bits, ..network })
    }

    /// The network as it ought to be written: its first address, without bits beyond its own.
    pub(super) fn canonical(self) -> String {
        let first = match self.first {
            IpAddr::V4(first) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() & mask))
            }
            IpAddr::V6(first) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() & mask))
            }
        };
        format!("{first}/{}", self.bits)
    }

    pub(super) fn contains(self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let difference = first.to_bits() ^ address.to_bits();
                difference.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let difference = first.to_bits() ^ address.to_bits();
                difference.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_first_and_its_last_address_and_not_their_neighbours() {
        let cases = [
            ("172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]),
            ("100.64.0.0/10", ["100.64.0.0", "100.127.255.255"], ["100.63.255.255", "100.128.0.0"]),
            ("10.0.0.7/32", ["10.0.0.7", "10.0.0.7"], ["10.0.0.6", "10.0.0.8"]),
            ("fe80::/10", ["fe80::", "febf::1"], ["fe7f::1", "fec0::"]),
            ("::1/128", ["::1", "::1"], ["::", "::2"]),
        ];
        for (network, within, beside) in cases {
            let network = Network::parse(network).unwrap();
            let contains = |address: &str| network.contains(address.parse().unwrap());
            assert!(within.into_iter().all(contains), "{network:?}");
            assert!(!beside.into_iter().any(contains), "{network:?}");
        }
    }

    #[test]
    fn no_bits_are_all_addresses_of_one_kind() {
        let all = Network::parse("0.0.0.0/0").unwrap();
        assert!(all.contains("255.1.2.3".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
        assert!(Network::parse("::/0").unwrap().contains("ff02::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10/8", "a/8", "10.0.0.0/+8"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_canonical_form_begins_at_the_first_address() {
        for (text, canonical) in [
            ("10.0.0.7/8", "10.0.0.0/8"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("1.2.3.4/0", "0.0.0.0/0"),
            ("fd00::7/8", "fd00::/8"),
            ("::1/0", "::/0"),
        ] {
            assert_eq!(Network::parse(text).unwrap().canonical(), canonical);
        }
    }
}
