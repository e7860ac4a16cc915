//! The catalogue: services, shapes, controls, threats and countermeasures as data, and the code that loads, checks
//! and layers it.

mod recognise;
mod service;

pub use recognise::{Look, Meaning, Recognised};
pub use service::{Placement, Service, ServiceRole};

/// A loaded catalogue: the built-in one, with the user's folders laid over it.
#[derive(Debug, Default)]
pub struct Catalog {
    services: Vec<Service>,
}

impl Catalog {
    /// The catalogue that is built into the program.
    #[must_use]
    pub fn builtin() -> Self {
        Self::default()
    }

    /// The service with this key.
    #[must_use]
    pub fn service(&self, key: &str) -> Option<&Service> {
        self.services.iter().find(|s| s.key == key)
    }
}
