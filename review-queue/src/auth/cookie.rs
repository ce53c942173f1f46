//! The session's cookie.

use http::{HeaderMap, HeaderValue, header};

/// Browsers take the prefix as a promise: secure, whole site, this host alone.
const SECURE_NAME: &str = "__Host-holdfast";
const PLAIN_NAME: &str = "holdfast";

const fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The session's secret, where the request carries one.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name(secure)).then_some(value))
}

/// The header that sets the cookie for `secs` seconds.
pub(super) fn set(secret: &str, secs: u64, secure: bool) -> HeaderValue {
    let flag = if secure { "; Secure" } else { "" };
    let name = name(secure);
    let cookie = format!("{name}={secret}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&cookie).expect("a secret is plain letters")
}

/// The header that takes the cookie away.
pub(super) fn cleared(secure: bool) -> HeaderValue {
    set("", 0, secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secure_cookie_is_unreachable_for_scripts_and_other_sites() {
        let cookie = set("abc", 60, true);
        assert_eq!(
            cookie.to_str().unwrap(),
            "__Host-holdfast=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=b; holdfast=xyz"),
        );
        assert_eq!(read(&headers, false), Some("xyz"));
        assert_eq!(read(&headers, true), None);
    }
}
