//! Options that are wrong end the command before it serves, with code 2 and in words.

use crate::process::{command, refused};

#[test]
fn a_bad_value_is_refused_in_words() {
    let wrong: [(&[&str], &str); 10] = [
        (&["--latency", "600"], "200ms"),
        (&["--error-rate", "2"], "from 0 to 1"),
        (&["--error-status", "200"], "400 to 599"),
        (&["--fault", "quake:0.1"], "there is no fault `quake`"),
        (&["--tail", "pareto:1.5"], "--latency"),
        (&["--latency", "1s", "--jitter", "1s", "--tail", "pareto:2"], "cannot be used with"),
        (&["--reply-bytes", "1", "--reply", "x"], "cannot be used with"),
        (&["--error-rate", "0.7", "--drop-rate", "0.7"], "more than 1"),
        (&["--script", "/nowhere/script.toml"], "/nowhere/script.toml"),
        (&["--threads", "0"], "from 1"),
    ];
    for (options, words) in wrong {
        let (code, said) = refused(options);
        assert_eq!(code, Some(2), "{options:?}: {said}");
        assert!(said.contains(words), "{options:?}: {said}");
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = refused(&["--port", &port]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("error: "), "{said}");
}

#[test]
fn help_tells_every_fault_and_an_example() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for word in
        ["error-event", "malformed", "drip", "/__fake/counts", "Example: fake-llm", "Exit codes"]
    {
        assert!(help.contains(word), "{word} is not in the help:\n{help}");
    }
}
