//! Where a key comes from. A key is read when its provider is made and not before: a password manager
//! asks nobody about a provider that is not used. What is said of it names the source and never the key.

mod command;
mod file;

pub use command::KeyCommandProblem;
pub use file::KeyFileProblem;
pub(crate) use file::looks_like_path;

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::{ConfigError, Env};

/// A place that holds a key.
///
/// ```
/// use ziggurat_providers::KeySource;
///
/// let env = |name: &str| (name == "GROQ_API_KEY").then(|| "gsk-…".to_owned());
/// let source = KeySource::Variable("GROQ_API_KEY".into());
/// assert_eq!(source.to_string(), "GROQ_API_KEY");
/// assert!(source.read(&env).is_ok());
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// A variable of the environment.
    Variable(String),
    /// A file that holds the key and nothing else, blanks around it aside.
    File(PathBuf),
    /// A program and its arguments, which prints the key. No shell is involved. It gets the process's
    /// environment, no input, and 10 s.
    Command(Vec<String>),
}

impl KeySource {
    /// The key. Blocks for as long as the file or the command takes.
    ///
    /// # Errors
    /// [`ConfigError::NoKey`], [`ConfigError::KeyFile`] or [`ConfigError::KeyCommand`]; none of them holds
    /// anything of the key.
    pub fn read(&self, env: Env<'_>) -> Result<SecretString, ConfigError> {
        match self {
            Self::Variable(variable) => {
                let key = env(variable).filter(|key| !key.trim().is_empty());
                let missing = || ConfigError::NoKey { variable: variable.clone() };
                key.map(SecretString::from).ok_or_else(missing)
            }
            Self::File(path) => file::read(path).map_err(|problem| {
                let shown = Some(path.clone()).filter(|path| looks_like_path(path));
                ConfigError::KeyFile { path: shown.unwrap_or_default(), problem }
            }),
            Self::Command(words) => command::read(words).map_err(|problem| {
                ConfigError::KeyCommand { program: program(words).to_owned(), problem }
            }),
        }
    }

    /// The first of these variables that is set, or of the same names with `_FILE`, which name a file.
    pub(crate) fn in_env<'a>(
        env: Env<'_>,
        variables: impl IntoIterator<Item = &'a str>,
    ) -> Option<Self> {
        let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        variables.into_iter().find_map(|variable| {
            if set(variable).is_some() {
                return Some(Self::Variable(variable.to_owned()));
            }
            let path = set(&format!("{variable}_FILE"))?;
            Some(Self::File(PathBuf::from(path.trim())))
        })
    }

    /// That there is one, for people: `OPENAI_API_KEY is set`.
    pub(crate) fn presence(&self) -> String {
        match self {
            Self::Variable(variable) => format!("{variable} is set"),
            Self::File(_) | Self::Command(_) => format!("its key is in {self}"),
        }
    }
}

/// What it is called after `the key in`.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => f.write_str(variable),
            Self::File(path) if !looks_like_path(path) => {
                f.write_str("the file that is named for it")
            }
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Command(words) => write!(f, "the output of `{}`", program(words)),
        }
    }
}

/// Without a command's arguments: they may be a secret's.
impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySource({self})")
    }
}

fn program(words: &[String]) -> &str {
    words.first().map_or("", String::as_str)
}

#[cfg(test)]
mod tests;
