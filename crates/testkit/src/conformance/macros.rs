//! The macros that make a test of each behaviour of a suite.

/// Makes a module of tests: the conformance suite of providers, for one
/// [`Subject`](crate::conformance::Subject).
///
/// ```text
/// provider_conformance!(mine, subject());
/// provider_conformance!(mine, subject(), except { a_refusal_is_told_apart: "it has no word for it" });
/// provider_conformance!(mine, subject(), only { models_are_listed } "it answers from documents alone");
/// ```
///
/// What a subject cannot do stands in `except`, with the reason; where that would be most of the suite,
/// what it can do stands in `only`, with the reason why not the rest. Such tests are listed as ignored,
/// with the reason; run all the same (`--ignored`), they fail if the provider can do it after all.
#[macro_export]
macro_rules! provider_conformance {
    ($name:ident, $subject:expr $(, $($rest:tt)*)?) => {
        $crate::__conformance! {
            ($) provider, __for_each_provider_behaviour, $name, $subject $(, $($rest)*)?
        }
    };
}

/// Makes a module of tests: the conformance suite of layers, for one layer. The expression makes it anew for
/// each test, and for some tests more than once.
///
/// ```
/// # use std::sync::Arc;
/// # use ziggurat_core::{Layer, Provider};
/// # struct MyLayer;
/// # impl Layer for MyLayer {
/// #     fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
/// #         inner
/// #     }
/// # }
/// ziggurat_testkit::layer_conformance!(mine, MyLayer);
/// ziggurat_testkit::layer_conformance!(retrying, MyLayer, except {
///     a_call_is_one_attempt: "more attempts are what it is for",
/// });
/// # fn main() {}
/// ```
///
/// The provider within is the suite's own: it plays scripts, gives its requests ids and obeys deadlines, so
/// that nothing has to be excepted on its account. Time is tokio's and paused: pauses between attempts cost
/// nothing. Exceptions and `only` are as in [`provider_conformance!`](crate::provider_conformance), and may
/// name behaviours of both [`provider`](crate::conformance::provider) and
/// [`layer`](crate::conformance::layer).
#[macro_export]
macro_rules! layer_conformance {
    ($name:ident, $layer:expr $(, $($rest:tt)*)?) => {
        $crate::__conformance! {
            ($) layer, __for_each_layer_behaviour, $name,
            $crate::conformance::LayerSubject::new(|| $layer) $(, $($rest)*)?
        }
    };
}

/// Makes a module of tests: the conformance suite of decomposers, for one
/// [`DecomposerSubject`](crate::conformance::DecomposerSubject).
///
/// Time is tokio's and paused. Exceptions and `only` are as in
/// [`provider_conformance!`](crate::provider_conformance).
#[macro_export]
macro_rules! decomposer_conformance {
    ($name:ident, $subject:expr $(, $($rest:tt)*)?) => {
        $crate::__conformance! {
            ($) decomposer, __for_each_decomposer_behaviour, $name, $subject $(, $($rest)*)?
        }
    };
}

/// Makes a module of tests: the conformance suite of executors, for one
/// [`BatchExecutor`](crate::conformance::BatchExecutor).
///
/// Time is tokio's and paused. Exceptions and `only` are as in
/// [`provider_conformance!`](crate::provider_conformance).
#[macro_export]
macro_rules! executor_conformance {
    ($name:ident, $executor:expr $(, $($rest:tt)*)?) => {
        $crate::__conformance! {
            ($) executor, __for_each_executor_behaviour, $name,
            ::std::boxed::Box::new($executor) $(, $($rest)*)?
        }
    };
}

/// The module. All of its tests share one function that makes the subject, so that the subject's code is
/// compiled once; the behaviours are compiled in this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($d:tt $suite:ident, $list:ident, $name:ident, $subject:expr $(,)?) => {
        $crate::__conformance! { $d $suite, $list, $name, $subject, except {} }
    };
    (
        ($d:tt) $suite:ident, $list:ident, $name:ident, $subject:expr,
        except { $($behaviour:ident: $reason:literal),* $(,)? } $(,)?
    ) => {
        mod $name {
            $crate::__conformance_subject! { $suite, $subject; $($behaviour)* }
            $crate::__conformance_tests! {
                ($d) $suite, $list, test; $(($behaviour: except $reason))*
            }
        }
    };
    (
        ($d:tt) $suite:ident, $list:ident, $name:ident, $subject:expr,
        only { $($behaviour:ident),+ $(,)? } $reason:literal $(,)?
    ) => {
        mod $name {
            $crate::__conformance_subject! { $suite, $subject; $($behaviour)+ }
            $crate::__conformance_tests! {
                ($d) $suite, $list, except $reason; $(($behaviour: test))+
            }
        }
    };
}

/// What a module of tests begins with. The behaviours that are named must be there.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_subject {
    ($suite:ident, $subject:expr; $($behaviour:ident)*) => {
        #[allow(unused_imports, reason = "the subject may stand in full")]
        use super::*;
        use $crate::conformance::run::$suite::{$($behaviour as _),*};

        fn __conformance_subject() -> $crate::conformance::run::$suite::Subject {
            $subject
        }
    };
}

/// The tests. The inner macro is what tells the exceptions from the others by name.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    (
        ($d:tt) $suite:ident, $list:ident, $usual:ident $($reason:literal)?;
        $(($behaviour:ident: $($how:tt)+))*
    ) => {
        macro_rules! behaviour {
            $(($behaviour) => {
                $crate::__conformance_test! { $suite, $behaviour, $($how)+ }
            };)*
            ($d name:ident) => {
                $crate::__conformance_test! { $suite, $d name, $usual $($reason)? }
            };
        }
        $crate::$list! { behaviour }
    };
}

/// One test.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_test {
    ($suite:ident, $behaviour:ident, test) => {
        #[test]
        fn $behaviour() {
            $crate::conformance::run::$suite::$behaviour(__conformance_subject());
        }
    };
    ($suite:ident, $behaviour:ident, except $reason:literal) => {
        #[test]
        #[ignore = $reason]
        #[should_panic]
        fn $behaviour() {
            $crate::conformance::run::$suite::$behaviour(__conformance_subject());
        }
    };
}
