//! The form of the pyramid against tables written by hand and a formula of their own.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use ziggurat::hierarchy::{ExecutiveMode, Hierarchy, NodeId, NodeKind, Shape, ShapeError};

use ExecutiveMode::{Always, Auto, Never};

fn laid_out(workers: u32, shape: Shape) -> Hierarchy {
    Hierarchy::new(workers, shape).unwrap()
}

/// The widths of the synthesizer steps, and whether there is an executive.
fn form(hierarchy: &Hierarchy) -> (Vec<u32>, bool) {
    let mut widths = Vec::new();
    let mut executives = 0;
    for node in hierarchy.nodes() {
        match hierarchy.kind(node) {
            NodeKind::Worker => assert_eq!(hierarchy.step(node), 0),
            NodeKind::Synthesizer => {
                let step = hierarchy.step(node) as usize;
                widths.resize(widths.len().max(step), 0);
                widths[step - 1] += 1;
            }
            NodeKind::Executive => {
                executives += 1;
                assert_eq!(hierarchy.step(node) as usize, widths.len() + 1);
                assert_eq!(node.0 as usize, hierarchy.len() - 1, "the executive is last");
            }
        }
    }
    assert!(executives <= 1);
    (widths, executives == 1)
}

/// The rules once more, told from the top of each band: the executive rules over whatever is left.
fn expected(workers: u32, fan_in: u32, mode: ExecutiveMode) -> (Vec<u32>, bool) {
    let mut widths = Vec::new();
    let mut width = workers;
    loop {
        let doubled = 2 * fan_in;
        if width >= doubled {
            width = (width - width % fan_in) / fan_in;
            widths.push(width);
        } else if width >= fan_in && widths.is_empty() {
            widths.push(1);
        } else {
            break;
        }
        if widths == [1] {
            break;
        }
    }
    let several = widths.last().is_some_and(|&last| last > 1);
    (widths, mode == Always || mode == Auto && several)
}

#[test]
fn the_bands_of_the_seed() {
    for workers in 1..=200 {
        let (widths, executive) = form(&laid_out(workers, Shape::default()));
        match workers {
            1..=4 => assert_eq!((widths, executive), (vec![], false)),
            5..=9 => assert_eq!((widths, executive), (vec![1], false)),
            10..=14 => assert_eq!((widths, executive), (vec![2], true)),
            15..=19 => assert_eq!((widths, executive), (vec![3], true)),
            _ => assert_eq!((widths[0], executive), (workers / 5, true)),
        }
    }
}

#[test]
fn every_width_against_a_table() {
    // Up to 60 the bands are written out, each from its first width to its last.
    let bands: &[(std::ops::RangeInclusive<u32>, &[u32], bool)] = &[
        (1..=4, &[], false),
        (5..=9, &[1], false),
        (10..=14, &[2], true),
        (15..=19, &[3], true),
        (20..=24, &[4], true),
        (25..=29, &[5], true),
        (30..=34, &[6], true),
        (35..=39, &[7], true),
        (40..=44, &[8], true),
        (45..=49, &[9], true),
        (50..=54, &[10, 2], true),
        (55..=59, &[11, 2], true),
        (60..=64, &[12, 2], true),
        (74..=74, &[14, 2], true),
        (75..=79, &[15, 3], true),
        (100..=104, &[20, 4], true),
        (125..=129, &[25, 5], true),
        (130..=134, &[26, 5], true),
        (200..=204, &[40, 8], true),
        (249..=249, &[49, 9], true),
        (250..=250, &[50, 10, 2], true),
        (1000..=1000, &[200, 40, 8], true),
    ];
    for (workers, widths, executive) in bands {
        for workers in workers.clone() {
            let hierarchy = laid_out(workers, Shape::default());
            assert_eq!(form(&hierarchy), (widths.to_vec(), *executive), "{workers} workers");
        }
    }
}

#[test]
fn every_width_fan_in_and_mode_against_the_formula() {
    for workers in 1..=200 {
        for fan_in in 2..=10 {
            for executive in [Auto, Always, Never] {
                let shape = Shape { fan_in, executive, ..Shape::default() };
                let form = form(&laid_out(workers, shape));
                assert_eq!(form, expected(workers, fan_in, executive), "{workers} {shape:?}");
            }
        }
    }
}

#[test]
fn executive_modes() {
    let form =
        |workers, executive| form(&laid_out(workers, Shape { executive, ..Shape::default() }));
    for workers in 1..=4 {
        assert_eq!(form(workers, Always), (vec![], true));
    }
    assert_eq!(form(7, Always), (vec![1], true));
    assert_eq!(form(10, Always), (vec![2], true));
    assert_eq!(form(10, Never), (vec![2], false));
    assert_eq!(form(25, Never), (vec![5], false));
    assert_eq!(form(50, Never), (vec![10, 2], false));
}

#[test]
fn without_synthesizers() {
    for workers in 1..=200 {
        let form = |executive| {
            form(&laid_out(workers, Shape { synthesizers: false, executive, ..Shape::default() }))
        };
        assert_eq!(form(Auto), (vec![], false));
        assert_eq!(form(Never), (vec![], false));
        assert_eq!(form(Always), (vec![], true));
    }
}

#[test]
fn no_merge_has_one_child_or_as_many_as_two_fan_ins() {
    for workers in 1..=400 {
        for fan_in in 2..=10 {
            let hierarchy = laid_out(workers, Shape { fan_in, ..Shape::default() });
            for node in hierarchy.nodes() {
                let children = hierarchy.children(node).len() as u32;
                match hierarchy.kind(node) {
                    NodeKind::Worker => assert_eq!(children, 0),
                    NodeKind::Synthesizer => assert!((fan_in..2 * fan_in).contains(&children)),
                    NodeKind::Executive => assert!((2..2 * fan_in).contains(&children)),
                }
            }
        }
    }
}

#[test]
fn children_and_parents_agree_and_groups_are_balanced_in_plan_order() {
    for workers in 1..=200 {
        for executive in [Auto, Always, Never] {
            let hierarchy = laid_out(workers, Shape { executive, ..Shape::default() });
            check_relations(&hierarchy);
        }
    }
}

fn check_relations(hierarchy: &Hierarchy) {
    let mut next_child = 0;
    let mut sizes: Vec<Vec<usize>> = Vec::new();
    let mut expected_index = Vec::new();
    for node in hierarchy.nodes() {
        let step = hierarchy.step(node) as usize;
        expected_index.resize(expected_index.len().max(step + 1), 0);
        assert_eq!(hierarchy.index(node), expected_index[step]);
        expected_index[step] += 1;

        let children = hierarchy.children(node);
        assert_eq!(hierarchy.inputs(node), children, "before the start these are the same");
        for &child in children {
            assert_eq!(child.0, next_child, "every node is the child of one, in order");
            assert_eq!(hierarchy.parent(child), Some(node));
            assert_eq!(hierarchy.step(child) as usize, step - 1);
            next_child += 1;
        }
        sizes.resize(sizes.len().max(step + 1), Vec::new());
        sizes[step].push(children.len());
    }
    for sizes in sizes {
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
    }
    let top = hierarchy.nodes().filter(|&node| hierarchy.parent(node).is_none());
    assert!(top.eq((next_child..hierarchy.len() as u32).map(NodeId)));
}

#[test]
fn shapes_that_do_not_exist() {
    let of = |workers, shape| Hierarchy::new(workers, shape).unwrap_err();
    assert_eq!(of(0, Shape::default()), ShapeError::NoWorkers);
    for fan_in in 0..2 {
        let shape = Shape { fan_in, ..Shape::default() };
        assert_eq!(of(10, shape), ShapeError::FanIn { fan_in });
    }
    let error = of(u32::MAX, Shape::default());
    assert!(matches!(error, ShapeError::TooManyNodes { nodes } if nodes > u32::MAX.into()));
    assert_eq!(
        ShapeError::FanIn { fan_in: 1 }.to_string(),
        "a fan-in of 1 cannot narrow a step; it must be at least 2"
    );
}
