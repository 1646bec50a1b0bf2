//! Where a base URL may lead, and that a redirect leads a key nowhere.

use std::net::{Ipv4Addr, UdpSocket};

use ziggurat_core::{CallContext, ErrorKind, Provider};
use ziggurat_providers::{
    Auth, BaseUrlProblem, ConfigError, LocalServer, OpenAi, ProviderOptions, Registry, ServerConfig,
};

use crate::support::server::{Counter, Server, answer};
use crate::support::{CANARY, config, streamed, whole};

/// Hosts that are refused, and what allows them.
const ALLOWABLE: [(&str, &str); 103] = [
    // Not public, in their usual form.
    ("10.0.0.1", "10.0.0.1"),
    ("10.255.255.254", "10.0.0.0/8"),
    ("172.16.0.1", "172.16.0.1"),
    ("172.31.255.254", "172.16.0.0/12"),
    ("192.168.0.1", "192.168.0.1"),
    ("192.168.178.20", "192.168.0.0/16"),
    ("100.64.0.1", "100.64.0.1"),
    ("100.127.255.254", "100.64.0.0/10"),
    ("169.254.169.254", "169.254.169.254"),
    ("169.254.170.2", "169.254.0.0/16"),
    ("0.0.0.0", "0.0.0.0"),
    ("0.1.2.3", "0.0.0.0/8"),
    ("192.0.0.192", "192.0.0.192"),
    ("192.0.2.1", "192.0.2.0/24"),
    ("198.51.100.1", "198.51.100.1"),
    ("203.0.113.1", "203.0.113.1"),
    ("198.18.0.1", "198.18.0.0/15"),
    ("198.19.255.254", "198.18.0.0/15"),
    ("192.88.99.1", "192.88.99.1"),
    ("224.0.0.1", "224.0.0.1"),
    ("239.255.255.250", "224.0.0.0/4"),
    ("240.0.0.1", "240.0.0.0/4"),
    ("255.255.255.255", "255.255.255.255"),
    ("[::]", "::"),
    ("[fc00::1]", "fc00::/7"),
    ("[fd00:ec2::254]", "fd00:ec2::254"),
    ("[fe80::1]", "[fe80::1]"),
    ("[FE80::A9FE:A9FE]", "fe80::/10"),
    ("[fec0::1]", "fec0::1"),
    ("[ff02::1]", "ff02::1"),
    ("[2001:db8::1]", "2001:db8::/32"),
    ("[3fff::1]", "3fff::1"),
    ("[100::1]", "100::1"),
    ("[64:ff9b:1::1]", "64:ff9b:1::/48"),
    ("[2001:2::1]", "2001:2::1"),
    ("[2001:10::1]", "2001:10::1"),
    ("[4000::1]", "4000::1"),
    // IPv6 addresses that carry an IPv4 address.
    ("[::ffff:7f00:1]", "127.0.0.1"),
    ("[::ffff:a00:1]", "10.0.0.0/8"),
    ("[::ffff:a9fe:a9fe]", "169.254.169.254"),
    ("[::ffff:6440:1]", "100.64.0.1"),
    ("[::7f00:1]", "::7f00:1"),
    ("[::a9fe:a9fe]", "::a9fe:a9fe"),
    ("[::ffff:0:a00:1]", "::ffff:0:a00:1"),
    ("[64:ff9b::a00:1]", "64:ff9b::a00:1"),
    ("[64:ff9b::a9fe:a9fe]", "64:ff9b::/96"),
    ("[2002:a00:1::]", "2002:a00:1::"),
    ("[2002:7f00:1::1]", "2002::/16"),
    ("[2001:0:a00:1::1]", "2001::/32"),
    // 10.0.0.1 is turned over in its last bits.
    ("[2001:0:808:808::f5ff:fffe]", "2001:0:808:808::f5ff:fffe"),
    // Addresses in disguise: octal, hexadecimal, decimal, shortened, padded.
    ("0177.0.0.1", "127.0.0.1"),
    ("00000177.0.0.1", "127.0.0.1"),
    ("0x7f.0.0.1", "127.0.0.1"),
    ("0X7F.0.0.1", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"),
    ("0x7f000001", "127.0.0.1"),
    ("0x7f.0x0.0x0.0x1", "127.0.0.1"),
    ("2130706433", "127.0.0.1"),
    ("017700000001", "127.0.0.1"),
    ("127.1", "127.0.0.1"),
    ("127.0.1", "127.0.0.1"),
    ("127.0.0.01", "127.0.0.1"),
    ("127.0.0.0x1", "127.0.0.1"),
    ("0", "0.0.0.0"),
    ("0x0", "0.0.0.0"),
    ("012.0.0.1", "10.0.0.1"),
    ("0xa.0.0.1", "10.0.0.1"),
    ("10.1", "10.0.0.1"),
    ("167772161", "10.0.0.1"),
    ("0xc0a80001", "192.168.0.1"),
    ("3232235521", "192.168.0.1"),
    ("192.168.257", "192.168.1.1"),
    ("0251.0376.0251.0376", "169.254.169.254"),
    ("0xa9fea9fe", "169.254.169.254"),
    ("2852039166", "169.254.169.254"),
    ("169.254.43518", "169.254.169.254"),
    ("0xa9.254.0251.254", "169.254.169.254"),
    ("0x08080808", "8.8.8.8"),
    ("134744072", "8.8.8.8"),
    ("8.8.2056", "8.8.8.8"),
    // Escapes, other letters, other dots.
    ("%31%32%37.0.0.1", "127.0.0.1"),
    ("127%2e0%2E0.1", "127.0.0.1"),
    ("%310.0.0.1", "10.0.0.1"),
    ("１２７.0.0.1", "127.0.0.1"),
    ("𝟏𝟎.𝟎.𝟎.𝟏", "10.0.0.1"),
    ("127。0。0。1", "127.0.0.1"),
    ("169．254．169．254", "169.254.169.254"),
    ("%6c%6f%63%61%6c%68%6f%73%74", "localhost"),
    ("%ef%bd%8cocalhost", "localhost"),
    ("ｌｏｃａｌｈｏｓｔ", "localhost"),
    ("loc\u{ad}alhost", "localhost"),
    ("ⓛocalhost", "localhost"),
    // Dots at the end.
    ("127.0.0.1.", "127.0.0.1"),
    ("10.0.0.1.", "10.0.0.1"),
    ("localhost.", "localhost"),
    ("api.example.com.", "api.example.com"),
    // IPv6 addresses in other than their usual form.
    ("[0:0:0:0:0:0:0:1]", "::1"),
    ("[::0:1]", "::1"),
    ("[::0001]", "::1"),
    ("[::ffff:127.0.0.1]", "127.0.0.1"),
    ("[0:0:0:0:0:ffff:10.0.0.1]", "10.0.0.1"),
    ("[::127.0.0.1]", "::7f00:1"),
    ("[64:ff9b::10.0.0.1]", "64:ff9b::/96"),
];

/// What no allowance makes good: users, passwords, and what is no host.
const NEVER: [&str; 14] = [
    "me@10.0.0.1",
    "me:pass@10.0.0.1",
    "@10.0.0.1",
    ":@10.0.0.1",
    "example.com@10.0.0.1",
    "10.0.0.1@example.com",
    "10.0.0.1:80@example.com",
    "10.0.0.1%40example.com",
    "10.0.0.1\\@example.com",
    "1.2.3.4.5",
    "256.0.0.1",
    "0x100000000",
    "[fe80::1%25eth0]",
    "10.0.0.1%00",
];

fn refused(base_url: &str, allowed: &[&str]) -> Option<BaseUrlProblem> {
    let config = ServerConfig::new("models", base_url).with_allowed_hosts(allowed.iter().copied());
    match OpenAi::new(config) {
        Ok(_) => None,
        Err(ConfigError::BaseUrl { problem, .. }) => Some(problem),
        Err(other) => panic!("{base_url}: {other}"),
    }
}

#[test]
fn every_spelling_of_a_host_that_is_not_public_is_refused_unless_allowed() {
    for (host, allowance) in ALLOWABLE {
        let base_url = format!("http://{host}:8080/v1");
        assert!(refused(&base_url, &[]).is_some(), "{host}");
        assert!(refused(&base_url, &["11.0.0.0/8", "fd99::/16", "other.example"]).is_some());
        assert_eq!(refused(&base_url, &[allowance]), None, "{host} allowed by {allowance}");
    }
}

#[test]
fn what_is_no_plain_host_is_refused_whatever_is_allowed() {
    let all = ["0.0.0.0/0", "::/0", "example.com"];
    for host in NEVER {
        assert!(refused(&format!("http://{host}/v1"), &[]).is_some(), "{host}");
        assert!(refused(&format!("http://{host}/v1"), &all).is_some(), "{host}");
    }
    for text in ["http:10.0.0.1", "http:/10.0.0.1", "http:///10.0.0.1", "http:\\\\10.0.0.1"] {
        assert!(refused(text, &[]).is_some(), "{text}");
    }
}

#[test]
fn public_hosts_and_this_machine_need_no_allowance() {
    for host in [
        "api.openai.com",
        "API.OpenAI.com:8443",
        "8.8.8.8",
        "[2606:4700::1111]",
        "bücher.example",
        "xn--bcher-kva.example",
        "127.0.0.1",
        "127.255.0.1:8080",
        "[::1]:8080",
        "localhost:8080",
        "LOCALHOST",
        "api.localhost",
        // Names are looked up when a connection is made.
        "models.internal",
    ] {
        assert_eq!(refused(&format!("http://{host}/v1"), &[]), None, "{host}");
    }
    for server in LocalServer::defaults() {
        assert_eq!(refused(server.base_url(), &[]), None, "{server:?}");
    }
}

#[test]
fn an_allowed_host_that_is_none_is_told() {
    for host in ["", "http://10.0.0.7", "10.0.0.7:80", "*.internal", "10.0.0.7/8", "10.0.0.0/99"] {
        let config = ServerConfig::new("models", "http://localhost").with_allowed_hosts([host]);
        let error = OpenAi::new(config).unwrap_err();
        assert!(matches!(error, ConfigError::AllowedHost { .. }), "{host}: {error}");
    }
}

#[test]
fn hosts_are_allowed_by_options_and_by_the_environment() {
    let base_url = Some("http://10.0.0.7:8080/v1");
    let env = |allowed: &'static str| {
        move |name: &str| (name == "ZIGGURAT_ALLOW_HOSTS").then(|| allowed.to_owned())
    };
    let makes = |allowed: &'static str, hosts: &[String]| {
        let env = env(allowed);
        let options = ProviderOptions::new(&env).with_base_url(base_url).with_allow_hosts(hosts);
        Registry::builtin().provider("openai", &options).is_ok()
    };
    assert!(!makes("", &[]) && !makes("10.0.0.8", &["10.0.0.9".to_owned()]));
    assert!(makes("", &["10.0.0.7".to_owned()]) && makes(" models.internal , 10.0.0.0/8", &[]));
}

/// An address of this machine in its network, if it has one. Nothing is sent to find it out.
fn own_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    match socket.local_addr().ok()?.ip() {
        std::net::IpAddr::V4(address) if !address.is_loopback() => Some(address),
        _ => None,
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_host_or_another_port_takes_no_byte_of_a_key_there() {
    let mut targets = vec![Counter::start("127.0.0.1").await];
    if let Some(address) = own_address() {
        targets.push(Counter::start(&address.to_string()).await);
    }
    for target in &targets {
        for status in [301, 302, 303, 307, 308] {
            for auth in [Auth::Bearer, Auth::Header("x-api-key".to_owned())] {
                let location = format!("http://{}/v1/chat/completions", target.address());
                let script = answer(status, &[("location", location.as_str())], "");
                let server = Server::start([script]).await;
                let provider = OpenAi::new(config(&server).with_auth(auth)).unwrap();
                let cx = CallContext::default();
                let errors = [
                    whole(&provider).await.unwrap_err(),
                    streamed(&provider).await.unwrap_err(),
                    provider.models(&cx).await.unwrap_err(),
                ];
                for error in errors {
                    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
                    assert!(!error.is_retryable());
                }
                assert!(server.received().iter().all(|request| request.head.contains(CANARY)));
                assert_eq!(server.received().len(), 3);
            }
        }
        assert_eq!(target.seen(), (0, 0), "connections and bytes");
    }
}
