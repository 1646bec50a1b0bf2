//! Keys from files and commands: read whole, and shown nowhere.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;

const CANARY: &str = "sk-canary-4f9c2e";

fn nothing(_: &str) -> Option<String> {
    None
}

/// A file with this content, and the folder that goes with it.
fn file(name: &str, content: &[u8]) -> (TempDir, KeySource) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, KeySource::File(path))
}

fn text(error: &ConfigError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut lower = error.source();
    while let Some(error) = lower {
        text.push_str(&format!(" {error} {error:?}"));
        lower = error.source();
    }
    text
}

/// The key, or what is said, which never holds it.
fn read(source: &KeySource) -> Result<String, String> {
    match source.read(&nothing) {
        Ok(key) => Ok(key.expose_secret().to_owned()),
        Err(error) => {
            assert!(!text(&error).contains(CANARY), "{}", text(&error));
            Err(error.to_string())
        }
    }
}

#[test]
fn a_file_s_whole_content_is_the_key_without_the_blanks_around_it() {
    for content in [CANARY.to_owned(), format!("{CANARY}\n"), format!(" \r\n{CANARY}\t\r\n\n")] {
        let (_folder, source) = file("whole", content.as_bytes());
        assert_eq!(read(&source).unwrap(), CANARY);
    }
}

#[test]
fn a_file_that_holds_no_key_is_told_by_its_name_and_not_by_its_content() {
    let large = CANARY.repeat(2000);
    let latin1 = [CANARY.as_bytes(), b"\xe9"].concat();
    for (name, content, problem) in [
        ("empty", &b""[..], "it is empty"),
        ("blank", b" \n\n", "it is empty"),
        ("latin1", &latin1, "it is not UTF-8"),
        ("large", large.as_bytes(), "it is larger than 16 KiB"),
    ] {
        let (_folder, source) = file(name, content);
        let error = read(&source).unwrap_err();
        assert!(error.contains(name) && error.contains(problem), "{error}");
    }
    let error = read(&KeySource::File(PathBuf::from("/nowhere/key"))).unwrap_err();
    assert!(error.contains("/nowhere/key: it cannot be read"), "{error}");
    let source = KeySource::File(PathBuf::from("/nowhere/key")).read(&nothing).unwrap_err();
    assert!(text(&source).contains("No such file"), "{source:?}");
}

#[test]
#[cfg(unix)]
fn a_device_without_end_is_too_large() {
    let error = read(&KeySource::File(PathBuf::from("/dev/zero"))).unwrap_err();
    assert!(error.contains("it is larger than 16 KiB"), "{error}");
}

#[test]
fn a_variable_is_read_when_the_key_is_needed() {
    let env = |name: &str| (name == "A_KEY").then(|| CANARY.to_owned());
    let key = KeySource::Variable("A_KEY".into()).read(&env).unwrap();
    assert_eq!(key.expose_secret(), CANARY);
    let error = read(&KeySource::Variable("A_KEY".into())).unwrap_err();
    assert!(error.contains("no key: set A_KEY"), "{error}");
}

#[test]
fn the_first_variable_that_is_set_counts_be_it_the_key_or_a_file() {
    let find = |set: &'static [(&str, &str)]| {
        let env = move |name: &str| {
            set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
        };
        KeySource::in_env(&env, ["A_KEY", "B_KEY"]).map(|source| source.to_string())
    };
    assert_eq!(find(&[]), None);
    assert_eq!(find(&[("A_KEY", " ")]), None);
    assert_eq!(find(&[("A_KEY", " "), ("B_KEY", "k")]).unwrap(), "B_KEY");
    assert_eq!(find(&[("B_KEY", "k"), ("A_KEY_FILE", " /k ")]).unwrap(), "the file /k");
    assert_eq!(find(&[("A_KEY", "k"), ("A_KEY_FILE", "/k")]).unwrap(), "A_KEY");
}

#[cfg(unix)]
mod commands {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn script(script: &str) -> KeySource {
        KeySource::Command(words(&["sh", "-c", script]))
    }

    #[test]
    fn what_a_command_prints_is_the_key() {
        let source = KeySource::Command(words(&["printf", " %s\\n\\n", CANARY]));
        assert_eq!(read(&source).unwrap(), CANARY);
        assert_eq!(
            format!("{source} {source:?}"),
            "the output of `printf` KeySource(the output of `printf`)"
        );
    }

    #[test]
    fn no_shell_reads_its_words() {
        let source = KeySource::Command(words(&["echo", "$HOME;", "`id`"]));
        assert_eq!(read(&source).unwrap(), "$HOME; `id`");
    }

    #[test]
    fn what_it_says_is_shown_if_it_fails_and_without_what_may_be_a_key() {
        let error = read(&script(&format!("echo {CANARY}; echo no vault {CANARY} >&2; exit 3")));
        let error = error.unwrap_err();
        assert!(error.contains("the key command `sh`: it failed with exit status: 3"), "{error}");
        assert!(error.ends_with(": no vault [key]"), "{error}");
        let error = read(&script(&format!("echo 'token=\"{CANARY}\" is old' >&2; exit 1")));
        assert!(error.unwrap_err().ends_with(": token=\"[…]\" is old"));
        let loud = read(&script(&format!("echo a warning >&2; echo {CANARY}")));
        assert_eq!(loud.unwrap(), CANARY);
    }

    #[test]
    fn a_command_that_gives_no_key_is_told() {
        let told = |script_: &str| read(&script(script_)).unwrap_err();
        assert!(told("true").contains("it printed nothing"));
        assert!(told("printf '\\351'").contains("not UTF-8"));
        assert!(told(&format!("yes {CANARY}")).contains("more than 16 KiB"));
        let missing = KeySource::Command(words(&["ziggurat-no-such-program"])).read(&nothing);
        let missing = missing.unwrap_err();
        assert!(text(&missing).contains("could not be run") && text(&missing).contains("No such"));
    }

    #[test]
    fn a_command_has_much_to_say_and_still_gives_its_key() {
        let noise = format!("head -c 200000 /dev/zero | tr '\\0' x >&2; echo {CANARY}");
        assert_eq!(read(&script(&noise)).unwrap(), CANARY);
    }

    #[test]
    fn a_command_gets_no_input() {
        assert_eq!(read(&script(&format!("cat; echo {CANARY}"))).unwrap(), CANARY);
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let limit = Duration::from_millis(100);
        let began = Instant::now();
        for script in ["sleep 60", "exec >&-; sleep 60"] {
            let late =
                super::super::command::run(&words(&["sh", "-c", script]), limit).unwrap_err();
            assert!(matches!(late, KeyCommandProblem::Late { .. }), "{late}");
        }
        assert!(began.elapsed() < Duration::from_secs(10));
        assert_eq!(super::super::command::LIMIT, Duration::from_secs(10));
    }
}
