//! Profiles: what a store's switches are when nobody names them.

use super::{Cors, Settings};
use crate::access::WithoutAccept;
use crate::quota::Plan;

/// How near to the service a store is where nobody says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Kind where the service is not.
    #[default]
    Sandbox,
    /// As the service is.
    Production,
}

/// Every profile, by its name.
pub const PROFILES: [(&str, Profile); 2] =
    [("sandbox", Profile::Sandbox), ("production", Profile::Production)];

/// Whether a store carries out only as many requests at once as the documents say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Concurrency {
    /// As many as come.
    #[default]
    Off,
    /// As the documents say; what is beyond is refused.
    Documented,
}

/// Where webhooks may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HookDestinations {
    /// Anywhere.
    #[default]
    Any,
    /// To `https` alone, as with the service.
    Https,
}

impl HookDestinations {
    /// Whether they are as strict as with the service.
    #[must_use]
    pub fn is_strict(self) -> bool {
        self == HookDestinations::Https
    }
}

/// What somebody named of that which follows the profile otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The profile itself, which is the server's otherwise.
    pub profile: Option<Profile>,
    /// Whether only known tokens and credentials come in.
    pub strict: Option<bool>,
    /// What V2 answers to a client that names no form.
    pub v2_without_accept: Option<WithoutAccept>,
    /// The plan; other numbers of a quota follow from it.
    pub plan: Option<Plan>,
    /// Requests at once.
    pub concurrency: Option<Concurrency>,
    /// Which web pages may call.
    pub cors: Option<Cors>,
    /// Where webhooks may lead.
    pub hook_destinations: Option<HookDestinations>,
}

impl Settings {
    /// The settings of a store of a server with this profile for which nobody says anything.
    #[must_use]
    pub fn of_profile(server: Profile) -> Settings {
        let mut settings = Settings::default();
        settings.resolve(server);
        settings
    }

    /// Makes what follows from the profile what was named, or else what the profile has. `server` is the profile of a
    /// store that names none.
    pub fn resolve(&mut self, server: Profile) {
        let Named { profile, strict, v2_without_accept, plan, concurrency, cors, hook_destinations } =
            self.named.clone();
        self.profile = profile.unwrap_or(server);
        let (is_strict, form, quota, at_once, pages, hooks) = match self.profile {
            Profile::Sandbox => (
                false,
                WithoutAccept::Json,
                Plan::Unlimited,
                Concurrency::Off,
                Cors::Any,
                HookDestinations::Any,
            ),
            Profile::Production => (
                true,
                WithoutAccept::Xml,
                Plan::Standard,
                Concurrency::Documented,
                Cors::Off,
                HookDestinations::Https,
            ),
        };
        self.access.strict = strict.unwrap_or(is_strict);
        self.access.switches.v2_without_accept = v2_without_accept.unwrap_or(form);
        self.quotas.plan = plan.unwrap_or(quota);
        self.concurrency = concurrency.unwrap_or(at_once);
        self.cors = cors.unwrap_or(pages);
        self.hook_destinations = hook_destinations.unwrap_or(hooks);
    }
}
