//! The behaviours as plain functions, each on a runtime of its own: what the macros' tests call. Compiled here,
//! once, a suite costs whoever uses it next to nothing.

use tokio::runtime::{Builder, Runtime};

use super::waiting::{PATIENCE, WAIT};

/// The suite of providers. Time is real, since a server may be part of it.
pub mod provider {
    use crate::conformance::provider;

    /// What each behaviour is given.
    pub type Subject = crate::conformance::Subject;

    macro_rules! run {
        ($behaviour:ident) => {
            pub fn $behaviour(subject: Subject) {
                super::real(provider::$behaviour(&subject));
            }
        };
    }
    crate::__for_each_provider_behaviour! { run }
}

/// The suite of layers: that of providers around the layer, and the layer's own.
pub mod layer {
    use crate::conformance::{layer, provider};

    /// What each behaviour is given.
    pub type Subject = crate::conformance::LayerSubject;

    macro_rules! run_layered {
        ($behaviour:ident) => {
            pub fn $behaviour(subject: Subject) {
                super::paused(provider::$behaviour(&subject.provider()));
            }
        };
    }
    macro_rules! run {
        ($behaviour:ident) => {
            pub fn $behaviour(subject: Subject) {
                super::paused(layer::$behaviour(&subject));
            }
        };
    }
    crate::__for_each_layered_behaviour! { run_layered }
    crate::__for_each_wrapper_behaviour! { run }
}

/// The suite of decomposers.
pub mod decomposer {
    use crate::conformance::decomposer;

    /// What each behaviour is given.
    pub type Subject = crate::conformance::DecomposerSubject;

    macro_rules! run {
        ($behaviour:ident) => {
            pub fn $behaviour(subject: Subject) {
                super::paused(decomposer::$behaviour(&subject));
            }
        };
    }
    crate::__for_each_decomposer_behaviour! { run }
}

/// The suite of executors.
pub mod executor {
    use crate::conformance::{BatchExecutor, executor};

    /// What each behaviour is given.
    pub type Subject = Box<dyn BatchExecutor>;

    macro_rules! run {
        ($behaviour:ident) => {
            pub fn $behaviour(subject: Subject) {
                super::paused(executor::$behaviour(&*subject));
            }
        };
    }
    crate::__for_each_executor_behaviour! { run }
}

fn real(behaviour: impl Future<Output = ()>) {
    runtime(Builder::new_current_thread().enable_all()).block_on(behaviour);
}

/// In paused time, in which waiting costs nothing: there is more patience.
fn paused(behaviour: impl Future<Output = ()>) {
    let runtime = runtime(Builder::new_current_thread().enable_all().start_paused(true));
    runtime.block_on(WAIT.scope(PATIENCE, behaviour));
}

fn runtime(builder: &mut Builder) -> Runtime {
    builder.build().unwrap_or_else(|error| panic!("no runtime can be made: {error}"))
}
