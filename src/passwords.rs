//! Passwords: argon2id, beside the traffic and never more at once than there are cores.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How much work a hash is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Cost {
    /// What OWASP recommends, the crate's default: 19 MiB, two passes, about 17 ms.
    #[default]
    Owasp,
    /// 256 KiB, one pass, about 0.1 ms: for large test suites, worthless as protection.
    Fast,
}

/// Hashes and checks passwords. Cheap to clone; clones share the limit.
#[derive(Clone, Debug)]
pub struct Passwords {
    params: Params,
    pub(crate) turns: Arc<Semaphore>,
}

impl Passwords {
    /// A hasher of this cost.
    #[must_use]
    pub fn new(cost: Cost) -> Passwords {
        let params = match cost {
            Cost::Owasp => Params::DEFAULT,
            Cost::Fast => Params::new(256, 1, 1, None).unwrap_or(Params::DEFAULT),
        };
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Passwords { params, turns: Arc::new(Semaphore::new(cores)) }
    }

    /// The PHC string of a password, with a salt of its own.
    ///
    /// # Panics
    /// When the system gives no random salt.
    pub async fn hash(&self, password: String) -> String {
        let argon2 = self.argon2();
        self.work(move || {
            argon2
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .expect("the system gives a salt")
        })
        .await
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same work.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let argon2 = self.argon2();
        self.work(move || {
            if let Some(hash) = hash {
                argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok()
            } else {
                let _ = argon2.hash_password_into(password.as_bytes(), &[0; 16], &mut [0; 32]);
                false
            }
        })
        .await
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self.turns.clone().acquire_owned().await.expect("the semaphore is never closed");
        spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
    }
}

/// Whether the text is a PHC string that [`Passwords::verify`] can check, within a gigabyte and 64 passes.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    argon2::PasswordHash::new(text).is_ok_and(|hash| {
        Algorithm::try_from(hash.algorithm.as_str()).is_ok()
            && Params::try_from(&hash).is_ok_and(|params| params.m_cost() <= 1 << 20 && params.t_cost() <= 64)
            && hash.salt.is_some()
            && hash.hash.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_salted_and_belongs_to_its_password_alone() {
        let passwords = Passwords::new(Cost::Owasp);
        let hash = passwords.hash("s3cret-pass".into()).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_hash(&hash));
        assert_ne!(hash, passwords.hash("s3cret-pass".into()).await);
        assert!(passwords.verify("s3cret-pass".into(), Some(hash.clone())).await);
        assert!(!passwords.verify("s3cret-Pass".into(), Some(hash)).await);
        assert!(!passwords.verify("s3cret-pass".into(), None).await);
    }

    #[tokio::test]
    async fn a_hash_is_checked_with_the_cost_it_was_made_with() {
        let hash = Passwords::new(Cost::Fast).hash("s3cret-pass".into()).await;
        assert!(hash.contains("m=256,t=1,p=1"), "{hash}");
        assert!(Passwords::new(Cost::Owasp).verify("s3cret-pass".into(), Some(hash)).await);
    }

    #[tokio::test]
    async fn who_goes_away_while_waiting_takes_no_turn() {
        let passwords = Passwords::new(Cost::Fast);
        let cores = passwords.turns.available_permits();
        let all = passwords.turns.clone().acquire_many_owned(u32::try_from(cores).unwrap()).await.unwrap();
        let mut waiting: Vec<_> =
            (0..50).map(|_| Box::pin(passwords.verify("s3cret-pass".into(), None))).collect();
        for check in &mut waiting {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(check.as_mut().poll(&mut context).is_pending());
        }
        drop(waiting);
        drop(all);
        assert_eq!(passwords.turns.available_permits(), cores, "nobody is in the queue any more");
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for text in [
            "",
            "s3cret-pass",
            "$2y$10$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            "$argon2id$v=19$m=400000000,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!is_hash(text), "{text}");
        }
    }
}
