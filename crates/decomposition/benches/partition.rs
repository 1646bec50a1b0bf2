//! What it costs to divide material: five megabytes of shapes that occur, and of shapes made of nothing
//! but borders, where what matters is that none takes quadratic time.
#![allow(missing_docs, reason = "criterion's macro makes an undocumented function")]
#![allow(clippy::expect_used, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::num::NonZeroU32;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures::executor::block_on;
use ziggurat_core::{CallContext, Decomposer, Document, Task, WorkerCount};
use ziggurat_decomposition::DocumentPartition;

const BYTES: usize = 5_000_000;
const PROSE: &str =
    "The pool ran dry at noon. Nobody saw it, since the alarm was off.\nSo it went.\n\n";

fn shapes() -> Vec<(&'static str, String)> {
    let filled = |with: &str| with.repeat(BYTES / with.len());
    vec![
        ("prose", filled(PROSE)),
        ("one paragraph", filled(&PROSE.replace('\n', " "))),
        ("one word", filled("ä")),
        ("short paragraphs", filled("A line.\n\n")),
        ("headings", filled("# a\n\n")),
        ("fences that never close", filled("```a\n\n")),
        ("full stops", filled(".")),
        ("bullets", filled("- a\n")),
    ]
}

fn divide(task: &Task, workers: WorkerCount) -> usize {
    let plan = block_on(DocumentPartition.decompose(&CallContext::default(), task, workers));
    plan.expect("there is material").subtasks.len()
}

fn partitions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("partition");
    group.sample_size(10).throughput(Throughput::Bytes(BYTES as u64));
    let thousand = WorkerCount::Exactly(NonZeroU32::new(1_000).expect("not zero"));
    for (name, text) in shapes() {
        let task = Task::new("Why?").expect("not empty");
        let task = task.with_documents([Document::new("d", text)]);
        group.bench_with_input(BenchmarkId::new("1000 workers", name), &task, |bench, task| {
            bench.iter(|| divide(black_box(task), thousand));
        });
    }
    group.finish();
}

criterion_group!(benches, partitions);
criterion_main!(benches);
