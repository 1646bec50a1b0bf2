//! Names of models, which the API puts into paths. A name comes from a flag or a file: whatever is in it,
//! it must not lead to another model's path or to another method.

use std::fmt::Write;

/// The name without the API's prefix, which users may write or leave out.
pub(super) fn bare(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

/// The path of a model's method.
pub(super) fn path(model: &str, method: &str) -> String {
    let mut path = "/models/".to_owned();
    for byte in bare(model).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => path.push(byte.into()),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(path, "%{byte:02X}");
            }
        }
    }
    path.push(':');
    path.push_str(method);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_makes_no_difference() {
        for model in ["gemini-2.5-flash", "models/gemini-2.5-flash"] {
            assert_eq!(path(model, "countTokens"), "/models/gemini-2.5-flash:countTokens");
        }
    }

    #[test]
    fn no_name_leaves_its_place() {
        let rows = [
            ("../files/x", "/models/..%2Ffiles%2Fx:m"),
            ("x:deleteAll?key=1#", "/models/x%3AdeleteAll%3Fkey%3D1%23:m"),
            ("%2e%2e/a b\r\n", "/models/%252e%252e%2Fa%20b%0D%0A:m"),
            ("..", "/models/..:m"),
            ("ü", "/models/%C3%BC:m"),
        ];
        for (model, expected) in rows {
            assert_eq!(path(model, "m"), expected);
            let url = url::Url::parse(&format!("https://h/v1beta{expected}")).unwrap();
            assert!(url.path().starts_with("/v1beta/models/"), "{url}");
            assert_eq!(url.path().matches('/').count(), 3, "{url}");
        }
    }
}
