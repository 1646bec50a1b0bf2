//! What scheduling itself costs: a whole run of the hierarchy without any work in it.
#![allow(missing_docs, reason = "criterion's macro makes an undocumented function")]
#![allow(clippy::expect_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ziggurat::hierarchy::{End, Grouping, Hierarchy, Shape};

fn whole_run(workers: u32, grouping: Grouping) -> usize {
    let shape = Shape { grouping, ..Shape::default() };
    let mut hierarchy = Hierarchy::new(workers, shape).expect("the size is legal");
    while let Some(node) = hierarchy.next_ready() {
        let effects = hierarchy.record(node, End::Completed { tokens: 400 });
        let _ = black_box(effects.expect("the node runs"));
    }
    hierarchy.summit().len()
}

fn runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hierarchy");
    for workers in [10, 1_000, 100_000] {
        group.throughput(Throughput::Elements(u64::from(workers)));
        group.bench_with_input(BenchmarkId::new("whole run", workers), &workers, |bench, &n| {
            bench.iter(|| whole_run(black_box(n), Grouping::PlanOrder));
        });
    }
    group.bench_function(BenchmarkId::new("whole run as completed", 100_000), |bench| {
        bench.iter(|| whole_run(black_box(100_000), Grouping::AsCompleted));
    });
    group.finish();
}

criterion_group!(benches, runs);
criterion_main!(benches);
