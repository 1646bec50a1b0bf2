//! 50 MB within two seconds; within ten if they are made of nothing but borders, ten million and more, where
//! what matters is that no shape takes quadratic time. For the optimized build:
//! `cargo test -p ziggurat-decomposition --release -- --ignored speed`.

use std::time::{Duration, Instant};

use ziggurat_core::WorkerCount;
use ziggurat_decomposition::DocumentPartition;

use crate::{exactly, plan, task};

const BYTES: usize = 50_000_000;

/// So many of the shapes, the first ones, might be real.
const REAL: usize = 5;

fn filled(with: &str) -> String {
    with.repeat(BYTES / with.len())
}

#[test]
#[ignore = "measures time; only the optimized build is fast enough"]
fn fifty_megabytes_take_less_than_two_seconds() {
    let prose =
        "The pool ran dry at noon. Nobody saw it, since the alarm was off.\nSo it went.\n\n";
    let shapes = [
        ("prose", filled(prose)),
        ("one paragraph", filled(&prose.replace('\n', " "))),
        ("one word", filled("ä")),
        ("spaces", format!("a{}b", filled(" "))),
        ("short paragraphs", filled("A line.\n\n")),
        ("tiny paragraphs", filled("a\n\n")),
        ("blank", format!("a{}b", filled("\n"))),
        ("headings", filled("# a\n\n")),
        ("fences that never close", filled("```a\n\n")),
        ("fences of all lengths", filled("~~~~~a\n````b\n~~~c\n`````d\n\n")),
        ("full stops", filled(".")),
        ("quotes", filled(".\")")),
        ("bullets", filled("- a\n")),
    ];
    for (index, (name, text)) in shapes.iter().enumerate() {
        let limit = Duration::from_secs(if index < REAL { 2 } else { 10 });
        let task = task([("d", text.as_str())]);
        for workers in [WorkerCount::Auto, exactly(1_000)] {
            let timed = || {
                let start = Instant::now();
                let made = plan(&DocumentPartition, &task, workers).unwrap();
                (start.elapsed(), made.subtasks.len())
            };
            // The fastest of three: other work on the machine is not what is measured.
            let (took, parts) = [timed(), timed(), timed()].into_iter().min().unwrap();
            println!("{name}, {workers:?}: {parts} parts in {took:?}");
            assert!(took < limit, "{name}: {took:?}");
        }
    }
}
