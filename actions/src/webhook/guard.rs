//! Keeps calls from reaching into the house: no private, loopback or link-local address, however it
//! is named, unless its host is allowed by name.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Decides which addresses may be called. As a resolver it pins the connection: the client connects
/// to exactly the addresses that were checked, so a name cannot change its mind in between.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    allowed: Arc<BTreeSet<String>>,
}

impl Guard {
    pub(crate) fn new(allow_hosts: &[String]) -> Self {
        let allowed = allow_hosts.iter().map(|host| plain(host)).collect();
        Self {
            allowed: Arc::new(allowed),
        }
    }

    /// Reads a configured address and says what is wrong with it.
    pub(crate) fn check_url(&self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text).map_err(|error| format!("not an address: {error}"))?;
        let host = url.host_str().ok_or("names no host")?;
        match url.scheme() {
            "https" => {}
            "http" if self.allows(host) => {}
            _ => {
                return Err(
                    "use https, or add the host to allow_hosts if it is a trusted network of your own"
                        .to_owned(),
                );
            }
        }
        self.check_literal(&url)?;
        Ok(url)
    }

    /// Refuses an address written as numbers; names are checked when they are resolved.
    pub(crate) fn check_literal(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        match plain(host).parse::<IpAddr>() {
            Ok(address) if !is_public(address) && !self.allows(host) => Err(refusal()),
            _ => Ok(()),
        }
    }

    fn allows(&self, host: &str) -> bool {
        self.allowed.contains(&plain(host))
    }

    fn check_resolved(&self, host: &str, found: &[SocketAddr]) -> Result<(), String> {
        if self.allows(host) || found.iter().all(|address| is_public(address.ip())) {
            Ok(())
        } else {
            Err(refusal())
        }
    }
}

fn refusal() -> String {
    "the host is at a private address; if that is meant, add it to allow_hosts".to_owned()
}

/// A host without the brackets of an IPv6 address, in lower case.
fn plain(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_ascii_lowercase()
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            guard.check_resolved(name.as_str(), &found)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address lies on the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            // Shared by carriers' customers, benchmarks, protocol assignments, documentation.
            | (100, 64..=127, _)
            | (198, 18..=19, _)
            | (192, 0, 0 | 2)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special && !address.is_private() && !address.is_link_local()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // An IPv4 address in other clothes is judged as what it is.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, documentation.
        [0x2001, 0 | 0xdb8, ..] => false,
        // Everything in public use today.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_the_house_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for address in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_name_that_resolves_to_one_private_address_is_refused_as_a_whole() {
        let found = ["8.8.8.8:0".parse().unwrap(), "10.0.0.1:0".parse().unwrap()];
        let strict = Guard::new(&[]);
        assert!(strict.check_resolved("hooks.example.org", &found).is_err());
        let allowing = Guard::new(&["Hooks.Example.org".to_owned()]);
        assert!(allowing.check_resolved("hooks.example.org", &found).is_ok());
    }

    #[test]
    fn plain_http_and_numbers_inside_the_house_need_to_be_allowed() {
        let strict = Guard::new(&[]);
        for url in [
            "http://hooks.example.org/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "file:///etc/passwd",
            "hooks",
        ] {
            assert!(strict.check_url(url).is_err(), "{url}");
        }
        let allowing = Guard::new(&["127.0.0.1".to_owned(), "::1".to_owned()]);
        assert!(allowing.check_url("http://127.0.0.1:8080/").is_ok());
        assert!(allowing.check_url("http://[::1]:8080/").is_ok());
    }
}
