//! A list that is as long as a plan and is written out item by item where it is read. The event of a plan of
//! a hundred thousand workers would otherwise hold all of it a second time.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of a plan. Cheap to clone; items are made when they are asked for.
///
/// ```
/// use ziggurat_core::PlanList;
/// let squares = PlanList::new(4, |at| at * at);
/// assert_eq!(squares.iter().collect::<Vec<_>>(), [0, 1, 4, 9]);
/// assert_eq!(squares, PlanList::from(vec![0, 1, 4, 9]));
/// assert_eq!(serde_json::to_string(&squares)?, "[0,1,4,9]");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct PlanList<T> {
    len: usize,
    item: Arc<dyn Fn(usize) -> T + Send + Sync>,
}

impl<T> PlanList<T> {
    /// So many items; `item` makes each from its place, counted from 0.
    pub fn new(len: usize, item: impl Fn(usize) -> T + Send + Sync + 'static) -> Self {
        Self { len, item: Arc::new(item) }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at this place, counted from 0.
    pub fn get(&self, at: usize) -> Option<T> {
        (at < self.len).then(|| (self.item)(at))
    }

    /// The items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + '_ {
        (0..self.len).map(|at| (self.item)(at))
    }
}

impl<T> Clone for PlanList<T> {
    fn clone(&self) -> Self {
        Self { len: self.len, item: Arc::clone(&self.item) }
    }
}

impl<T: Clone + Send + Sync + 'static> From<Vec<T>> for PlanList<T> {
    fn from(items: Vec<T>) -> Self {
        Self::new(items.len(), move |at| items[at].clone())
    }
}

impl<T: Clone + Send + Sync + 'static> FromIterator<T> for PlanList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T: PartialEq> PartialEq for PlanList<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: fmt::Debug> fmt::Debug for PlanList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Serialize> Serialize for PlanList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T> Deserialize<'de> for PlanList<T>
where
    T: Deserialize<'de> + Clone + Send + Sync + 'static,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}
