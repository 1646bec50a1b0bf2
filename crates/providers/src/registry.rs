//! Providers by name, so that `provider/model` in a flag or a file finds its adapter, and a program can
//! add its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ziggurat_core::{Layer, Model, ModelName, Provider};

use crate::nearest::nearest;
use crate::user_entries::UserEntries;
use crate::{Catalog, ConfigError, PerMinute, ProviderOptions, SelectionError};
#[cfg(feature = "http")]
use crate::{Dialect, DialectError, Endpoint};

/// Makes a provider from options.
pub type Factory =
    dyn Fn(&ProviderOptions<'_>) -> Result<Arc<dyn Provider>, ConfigError> + Send + Sync;

/// Makes the policies around a provider of this name.
pub type LayerFactory = dyn Fn(&str) -> Arc<dyn Layer> + Send + Sync;

/// Providers by name. Cheap to clone.
///
/// ```
/// use ziggurat_providers::{ProviderOptions, Registry};
///
/// let registry = Registry::builtin();
/// let env = |_: &str| None;
/// let error = registry.create(&"opnai/gpt-5".parse()?, &ProviderOptions::new(&env)).unwrap_err();
/// assert!(error.to_string().contains("no provider is named `opnai`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    entries: BTreeMap<String, Entry>,
    catalog: Option<Arc<Catalog>>,
    layers: Option<Layers>,
}

/// The policies around providers: those of one name share theirs, and with them their limits.
#[derive(Clone)]
struct Layers {
    factory: Arc<LayerFactory>,
    made: Arc<Mutex<BTreeMap<String, Arc<dyn Layer>>>>,
}

impl Layers {
    fn of(&self, name: &str) -> Arc<dyn Layer> {
        if let Some(layer) = self.made().get(name) {
            return Arc::clone(layer);
        }
        // Outside of the lock: it may make providers of this registry itself.
        let new = (self.factory)(name);
        Arc::clone(self.made().entry(name.to_owned()).or_insert(new))
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<String, Arc<dyn Layer>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A provider that is registered.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Registered<'a> {
    /// Its name.
    pub name: &'a str,
    /// The model that the name alone stands for.
    pub default_model: Option<&'a str>,
    /// What it is, in a line.
    pub description: Option<&'a str>,
}

#[derive(Clone)]
struct Entry {
    default_model: Option<String>,
    description: Option<String>,
    maker: Maker,
}

/// What makes a provider.
#[derive(Clone)]
enum Maker {
    Factory(Arc<Factory>),
    #[cfg(feature = "http")]
    Dialect(Arc<Dialect>),
}

impl Entry {
    #[cfg(feature = "http")]
    fn of(name: &str, dialect: Dialect) -> Self {
        Self {
            default_model: dialect.default_model().map(str::to_owned),
            description: Some(dialect.description(name)),
            maker: Maker::Dialect(Arc::new(dialect)),
        }
    }

    /// The feature that this build lacks to make it.
    fn lacks(&self) -> Option<&'static str> {
        match &self.maker {
            Maker::Factory(_) => None,
            #[cfg(feature = "http")]
            Maker::Dialect(dialect) => {
                let api = dialect.api();
                (!api.is_built()).then(|| api.feature())
            }
        }
    }
}

impl Registry {
    /// A registry without providers.
    pub fn empty() -> Self {
        Self::default()
    }

    /// All providers of this crate whose feature is on: `extractive`, and the rows of its table of
    /// servers, which [`list`](Self::list) tells.
    pub fn builtin() -> Self {
        #[allow(unused_mut)] // Without features there is nothing to register.
        let mut registry = Self::empty();
        #[cfg(feature = "http")]
        for (name, dialect) in crate::dialect::builtin() {
            registry.entries.insert(name.clone(), Entry::of(name, dialect.clone()));
        }
        #[cfg(feature = "extractive")]
        crate::extractive::register(&mut registry);
        registry
    }

    /// Adds a provider, in place of any other of that name. `default_model` is used for a model
    /// name that is the provider alone.
    pub fn register(
        &mut self,
        name: impl Into<String>,
        default_model: Option<&str>,
        factory: impl Fn(&ProviderOptions<'_>) -> Result<Arc<dyn Provider>, ConfigError>
        + Send
        + Sync
        + 'static,
    ) {
        let maker = Maker::Factory(Arc::new(factory));
        let default_model = default_model.map(str::to_owned);
        self.entries.insert(name.into(), Entry { default_model, description: None, maker });
    }

    /// Says in a line what a registered provider is, for lists; nothing happens if it is not registered.
    pub fn describe(&mut self, name: &str, description: impl Into<String>) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.description = Some(description.into());
        }
    }

    /// Adds a provider from its row, or lays the row over the one of that name field by field.
    ///
    /// # Errors
    /// [`DialectError`] if the row is new and has no address, or its name cannot be used.
    #[cfg(feature = "http")]
    pub fn register_dialect(&mut self, name: &str, row: Dialect) -> Result<(), DialectError> {
        if name.is_empty() || name.contains(|c: char| c == '/' || c.is_whitespace()) {
            return Err(DialectError::Name { name: name.to_owned() });
        }
        let dialect = match self.entries.get(name).map(|entry| &entry.maker) {
            Some(Maker::Dialect(below)) => row.over(below, name)?,
            Some(Maker::Factory(_)) => {
                return Err(DialectError::Reserved { name: name.to_owned() });
            }
            None => row.alone(name)?,
        };
        self.entries.insert(name.to_owned(), Entry::of(name, dialect));
        Ok(())
    }

    /// Where limits, prices and abilities of models are looked up if the options name no other catalogue.
    /// Default: [`Catalog::builtin`].
    pub fn set_catalog(&mut self, catalog: Arc<Catalog>) {
        self.catalog = Some(catalog);
    }

    /// Puts policies around every provider that is made from now on: this is asked for them, once for each
    /// name. Providers of one name, made from this registry or a clone of it, share the layers and so their
    /// limits: they have one key. Default: none, a provider is as its adapter made it.
    pub fn set_layers(&mut self, layers: impl Fn(&str) -> Arc<dyn Layer> + Send + Sync + 'static) {
        self.layers = Some(Layers { factory: Arc::new(layers), made: Arc::default() });
    }

    /// A provider of this name within the policies.
    pub(crate) fn layered(&self, name: &str, made: Arc<dyn Provider>) -> Arc<dyn Provider> {
        match &self.layers {
            Some(layers) => layers.of(name).layer(made),
            None => made,
        }
    }

    /// What the key of a provider allows a minute, as far as its row says.
    pub fn per_minute(&self, name: &str) -> PerMinute {
        match self.entries.get(name).map(|entry| &entry.maker) {
            #[cfg(feature = "http")]
            Some(Maker::Dialect(dialect)) => dialect.per_minute(),
            _ => PerMinute::default(),
        }
    }

    /// The catalogue of models.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone().unwrap_or_else(Catalog::builtin)
    }

    /// The registered names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list().map(|registered| registered.name)
    }

    /// The registered providers, sorted by name.
    pub fn list(&self) -> impl Iterator<Item = Registered<'_>> {
        let built = self.entries.iter().filter(|(_, entry)| entry.lacks().is_none());
        built.map(|(name, entry)| Registered {
            name,
            default_model: entry.default_model.as_deref(),
            description: entry.description.as_deref(),
        })
    }

    /// The model that a provider's name alone stands for.
    pub fn default_model(&self, provider: &str) -> Option<&str> {
        self.entries.get(provider)?.default_model.as_deref()
    }

    /// Where a provider would send its requests, and where its key would come from. Reads no key. `None`
    /// if that is not known: the provider is not registered, was registered as a function, is not part of
    /// this build, or has no address with these options.
    #[cfg(feature = "http")]
    pub fn endpoint(&self, provider: &str, options: &ProviderOptions<'_>) -> Option<Endpoint> {
        match &self.entry(provider).ok()?.maker {
            Maker::Dialect(dialect) => dialect.endpoint(provider, options).ok(),
            Maker::Factory(_) => None,
        }
    }

    /// A provider by name. Its key is read here, from a file or a command if need be, which may block;
    /// otherwise no I/O.
    ///
    /// # Errors
    /// [`SelectionError::UnknownProvider`], or [`SelectionError::Config`] if its options are wrong.
    pub fn provider(
        &self,
        name: &str,
        options: &ProviderOptions<'_>,
    ) -> Result<Arc<dyn Provider>, SelectionError> {
        let options = options.with_catalog(options.catalog.or(self.catalog.as_ref()));
        let made = match &self.entry(name)?.maker {
            Maker::Factory(factory) => {
                factory(&options).map(|made| UserEntries::over(made, name, options.catalog))
            }
            #[cfg(feature = "http")]
            Maker::Dialect(dialect) => dialect.provider(name, &options),
        };
        made.map(|made| self.layered(name, made))
            .map_err(|source| SelectionError::Config { provider: name.to_owned(), source })
    }

    /// A model by name, with what is known of it without asking anybody: [`Model::refreshed`] asks the
    /// server. Makes the provider as [`provider`](Self::provider) does.
    ///
    /// # Errors
    /// As [`provider`](Self::provider), or [`SelectionError::NoDefaultModel`] if the name is a
    /// provider that has none.
    pub fn create(
        &self,
        name: &ModelName,
        options: &ProviderOptions<'_>,
    ) -> Result<Model, SelectionError> {
        let entry = self.entry(&name.provider)?;
        let no_default = || SelectionError::NoDefaultModel { provider: name.provider.clone() };
        let model = name.model.as_ref().or(entry.default_model.as_ref()).ok_or_else(no_default)?;
        Ok(Model::known(self.provider(&name.provider, options)?, model))
    }

    /// What a name that is no provider's may mean: a model without its provider, or a mistyped provider.
    fn meant_by(&self, name: &str) -> Vec<String> {
        let is_registered = |provider: &str| self.names().any(|known| known == provider);
        let catalog = self.catalog();
        let models = catalog.iter().filter(|(_, model, _)| *model == name);
        let models = models.filter(|(provider, ..)| is_registered(provider));
        let models: Vec<_> = models.map(|(provider, ..)| format!("{provider}/{name}")).collect();
        if models.is_empty() { nearest(name, self.names()) } else { models }
    }

    fn entry(&self, name: &str) -> Result<&Entry, SelectionError> {
        let unknown = || SelectionError::UnknownProvider {
            name: name.to_owned(),
            nearest: self.meant_by(name),
            names: self.names().map(str::to_owned).collect(),
        };
        let entry = self.entries.get(name).ok_or_else(unknown)?;
        match entry.lacks() {
            None => Ok(entry),
            Some(feature) => Err(SelectionError::Config {
                provider: name.to_owned(),
                source: ConfigError::NotBuilt { feature },
            }),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
