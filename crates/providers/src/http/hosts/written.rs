//! The host as it was written. URLs have many spellings of one address (`0x7f.1`, `017700000001`,
//! fullwidth digits), and whoever uses one hides where a request goes, from people and from filters.
//! So what was written is compared with what was understood.

use url::Url;

/// What stands between the scheme and the path: user, host and port. `None` if the text has no plain
/// `scheme://` of this URL at its beginning.
pub(crate) fn authority<'a>(text: &'a str, url: &Url) -> Option<&'a str> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    scheme.eq_ignore_ascii_case(url.scheme()).then_some(authority)
}

/// Whether the host of an authority is written as it was understood.
pub(crate) fn is_plain(authority: &str, url: &Url) -> bool {
    let written = match authority.split_once(']') {
        Some((address, _)) => &authority[..=address.len()],
        None => authority.split(':').next().unwrap_or_default(),
    };
    let understood = url.host_str().unwrap_or_default();
    written.eq_ignore_ascii_case(understood) || is_foreign(written, understood)
}

/// A name in other letters than ASCII's is understood as its code in ASCII. If that is no code, the
/// letters only looked foreign.
fn is_foreign(written: &str, understood: &str) -> bool {
    !written.is_ascii() && understood.split('.').any(|label| label.starts_with("xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<bool> {
        let url = Url::parse(text).unwrap();
        authority(text, &url).map(|authority| is_plain(authority, &url))
    }

    #[test]
    fn usual_spellings_are_plain() {
        for text in [
            "http://example.com",
            "HTTPS://Example.COM:8443/v1?x#y",
            "http://example.com?x",
            "http://example.com#x",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/v1",
            "http://[2606:4700::1111]",
            "http://[2606:4700::ABCD]/",
            "http://bücher.example/v1",
            "http://my_host/",
            "http://example.com./",
        ] {
            assert_eq!(plain(text), Some(true), "{text}");
        }
    }

    #[test]
    fn others_are_not() {
        for text in [
            "http://0x7f.1",
            "http://127.0.0.1.",
            "http://%6cocalhost",
            "http://ｌocalhost",
            "http://loc\u{ad}alhost",
            "http://local\nhost",
            "http://127.0.0.1\\@example.com",
            "http://[::ffff:8.8.8.8]",
            "http://[0:0:0:0:0:0:0:1]",
            "http:///127.0.0.1",
        ] {
            assert_eq!(plain(text), Some(false), "{text}");
        }
        for text in ["http:127.0.0.1", "http:/127.0.0.1", "ht\ttp://h", "http:\\\\h"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
