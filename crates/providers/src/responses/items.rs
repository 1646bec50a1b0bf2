//! The items of an answer so far, and how much of each has been passed on. Every text comes up to four
//! times: in pieces, at its own end, at the end of its item, and at the end of the response. Any of the
//! four may be missing from a compatible server, so each is held against what was passed on already,
//! and only what is new is a delta.

use std::collections::BTreeMap;

use ziggurat_core::ChatDelta;
use ziggurat_core::chat::Reasoning;

use super::finish::Held;
use super::wire::answer::Item;
use crate::openai::calls::call_id;

/// The kinds of item that an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Reasoning,
    Call,
}

impl Kind {
    fn of(item: &Item) -> Option<Self> {
        match item.r#type.as_deref().unwrap_or_default() {
            "message" => Some(Self::Message),
            "reasoning" => Some(Self::Reasoning),
            "function_call" => Some(Self::Call),
            // A search, a program that was run: the server's own affair.
            _ => None,
        }
    }
}

/// A text within an item, in the order of a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Summary(u64),
    Text(u64),
    Refusal(u64),
    Arguments,
}

/// How an event names its item: by id, by place, or not at all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Name<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) index: Option<u64>,
}

/// The items so far.
#[derive(Debug)]
pub(super) struct Items {
    known: Vec<Known>,
    numbered: [usize; 3],
    origin: String,
    pub(super) held: Held,
}

#[derive(Debug)]
struct Known {
    kind: Kind,
    /// Which block of thoughts or which call of the answer it is, once anything of it was passed on.
    number: Option<usize>,
    id: Option<String>,
    index: Option<u64>,
    /// What was passed on, by its place.
    told: BTreeMap<Place, String>,
    named: bool,
    proved: bool,
}

impl Items {
    /// None yet; thoughts among them will be of this origin.
    pub(super) fn new(origin: &str) -> Self {
        let origin = origin.to_owned();
        Self { known: Vec::new(), numbered: [0; 3], origin, held: Held::default() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// An item begins. It may bear its name already; its texts come later.
    pub(super) fn begin(&mut self, item: &Item, index: Option<u64>) -> Vec<ChatDelta> {
        let Some(kind) = Kind::of(item) else { return Vec::new() };
        let at = self.find_or_begin(kind, Name { id: item.id.as_deref(), index });
        self.name_call(at, item).into_iter().collect()
    }

    /// More of a text.
    pub(super) fn more(
        &mut self,
        kind: Kind,
        name: Name<'_>,
        place: Place,
        text: &str,
    ) -> Vec<ChatDelta> {
        let at = self.find_or_begin(kind, name);
        self.tell(at, place, text).into_iter().collect()
    }

    /// All of a text: what of it is new.
    pub(super) fn all(
        &mut self,
        kind: Kind,
        name: Name<'_>,
        place: Place,
        text: &str,
    ) -> Vec<ChatDelta> {
        let at = self.find_or_begin(kind, name);
        self.tell_rest(at, place, text).into_iter().collect()
    }

    /// All of an item: what of it is new.
    pub(super) fn end(&mut self, item: &Item, index: Option<u64>) -> Vec<ChatDelta> {
        let Some(kind) = Kind::of(item) else { return Vec::new() };
        let at = self.find_or_begin(kind, Name { id: item.id.as_deref(), index });
        self.complete(at, item)
    }

    /// All items, at the end of the response. Some servers give them other ids than before: then the
    /// first message is the first message.
    pub(super) fn end_all(&mut self, items: &[Item]) -> Vec<ChatDelta> {
        let mut deltas = Vec::new();
        let mut seen = [0; 3];
        for item in items {
            let Some(kind) = Kind::of(item) else { continue };
            let nth = seen[kind as usize];
            seen[kind as usize] += 1;
            let id = item.id.as_deref();
            let known = || (0..).zip(&self.known).filter(|(_, known)| known.kind == kind);
            let same = |known: &Known| id.is_some() && known.id.as_deref() == id;
            let by_id = known().find(|(_, known)| same(known));
            let at = by_id.or_else(|| known().nth(nth)).map(|(at, _)| at);
            let at = at.unwrap_or_else(|| self.new_item(kind, Name { id, index: None }));
            deltas.extend(self.complete(at, item));
        }
        deltas
    }

    /// The item of that name; without any name, the last of its kind.
    fn find_or_begin(&mut self, kind: Kind, name: Name<'_>) -> usize {
        let of_kind = |known: &Known| known.kind == kind;
        let by_id = |known: &Known| name.id.is_some() && known.id.as_deref() == name.id;
        let by_index = |known: &Known| name.index.is_some() && known.index == name.index;
        let last = |_: &Known| name.id.is_none() && name.index.is_none();
        let find = |is: &dyn Fn(&Known) -> bool| {
            self.known.iter().rposition(|known| of_kind(known) && is(known))
        };
        let found = find(&by_id).or_else(|| find(&by_index)).or_else(|| find(&last));
        found.unwrap_or_else(|| self.new_item(kind, name))
    }

    fn new_item(&mut self, kind: Kind, name: Name<'_>) -> usize {
        self.held.calls |= kind == Kind::Call;
        self.known.push(Known {
            kind,
            number: None,
            id: name.id.map(str::to_owned),
            index: name.index,
            told: BTreeMap::new(),
            named: false,
            proved: false,
        });
        self.known.len() - 1
    }

    fn complete(&mut self, at: usize, item: &Item) -> Vec<ChatDelta> {
        let mut deltas = Vec::new();
        deltas.extend(self.name_call(at, item));
        for (place, text) in texts(self.known[at].kind, item) {
            deltas.extend(self.tell_rest(at, place, &text));
        }
        deltas.extend(self.prove(at, item));
        deltas
    }

    fn tell_rest(&mut self, at: usize, place: Place, text: &str) -> Option<ChatDelta> {
        let told = self.known[at].told.get(&place).map_or("", String::as_str);
        // A text that is not the one passed on cannot be taken back.
        let rest = text.strip_prefix(told).filter(|rest| !rest.is_empty())?;
        self.tell(at, place, rest)
    }

    fn tell(&mut self, at: usize, place: Place, text: &str) -> Option<ChatDelta> {
        if text.is_empty() {
            return None;
        }
        let index = self.number(at);
        let known = &mut self.known[at];
        let (begins, is_first) = (!known.told.contains_key(&place), known.told.is_empty());
        known.told.entry(place).or_default().push_str(text);
        Some(match known.kind {
            Kind::Message => {
                self.held.refusal |= matches!(place, Place::Refusal(_));
                ChatDelta::Text(text.to_owned())
            }
            Kind::Reasoning => {
                // Parts of a summary are paragraphs.
                let apart = if begins && !is_first { "\n\n" } else { "" };
                let piece = Reasoning::new(format!("{apart}{text}"));
                let piece = piece.with_id(known.id.clone().filter(|_| is_first));
                ChatDelta::Reasoning { index, piece: piece.read_from(&self.origin) }
            }
            Kind::Call => call_delta(index, None, None, text.to_owned()),
        })
    }

    /// The name of a call, once.
    fn name_call(&mut self, at: usize, item: &Item) -> Option<ChatDelta> {
        let name = item.name.as_deref().filter(|name| !name.is_empty())?;
        if self.known[at].kind != Kind::Call || self.known[at].named {
            return None;
        }
        self.known[at].named = true;
        let index = self.number(at);
        let ids = [&item.call_id, &item.id];
        let id = ids.into_iter().flatten().find(|id| !id.is_empty()).cloned();
        let id = id.unwrap_or_else(|| call_id(index));
        Some(call_delta(index, Some(id), Some(name.to_owned()), String::new()))
    }

    /// The encrypted form of thoughts, once.
    fn prove(&mut self, at: usize, item: &Item) -> Option<ChatDelta> {
        let proof = item.encrypted_content.as_ref().filter(|proof| !proof.is_empty())?;
        if self.known[at].kind != Kind::Reasoning || self.known[at].proved {
            return None;
        }
        self.known[at].proved = true;
        let piece = Reasoning::default().with_id(item.id.clone()).with_signature(proof.clone());
        let piece = piece.read_from(&self.origin);
        Some(ChatDelta::Reasoning { index: self.number(at), piece })
    }

    /// The number that the item's pieces bear: items of which nothing is passed on have none.
    fn number(&mut self, at: usize) -> usize {
        let next = &mut self.numbered[self.known[at].kind as usize];
        *self.known[at].number.get_or_insert_with(|| {
            *next += 1;
            *next - 1
        })
    }
}

fn call_delta(
    index: usize,
    id: Option<String>,
    name: Option<String>,
    arguments: String,
) -> ChatDelta {
    ChatDelta::ToolCall { index, id, name, arguments, signature: None }
}

/// The texts of a whole item, each at its place.
fn texts(kind: Kind, item: &Item) -> Vec<(Place, String)> {
    if kind == Kind::Call {
        return vec![(Place::Arguments, arguments(item))];
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let summary = (0..).zip(item.summary.iter().flatten());
    let summary = summary.map(|(i, part)| (Place::Summary(i), text(&part.text)));
    let content = (0..).zip(&item.content);
    let content = content.flat_map(|(i, part)| {
        [(Place::Text(i), text(&part.text)), (Place::Refusal(i), text(&part.refusal))]
    });
    summary.chain(content).collect()
}

fn arguments(item: &Item) -> String {
    match &item.arguments {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}
