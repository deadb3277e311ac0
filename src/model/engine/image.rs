//! A store as bytes: what it is put back to, copied from, and kept as while it sleeps.

use std::fmt;
use std::sync::Arc;

use lz4_flex::block::{DecompressError, compress_prepend_size, decompress_size_prepended};

/// From this many bytes on, packing and unpacking take long enough to be kept from the threads that serve requests.
const LARGE: usize = 1 << 20;

/// A whole database, packed. Cheap to clone: the bytes are shared.
#[derive(Clone)]
pub struct Image(Arc<[u8]>);

impl Image {
    /// Packs the bytes of a database file.
    pub async fn pack(database: Box<dyn AsRef<[u8]> + Send>) -> Image {
        let large = (*database).as_ref().len() >= LARGE;
        aside(large, move || Image(compress_prepend_size((*database).as_ref()).into())).await
    }

    /// The bytes of the database file.
    ///
    /// # Errors
    /// When they are not what [`Image::pack`] made.
    pub async fn unpack(&self) -> Result<Vec<u8>, DecompressError> {
        let packed = self.0.clone();
        let large = packed.len() >= LARGE / 4;
        aside(large, move || decompress_size_prepended(&packed)).await
    }

    /// As [`Image::unpack`], at once.
    ///
    /// # Errors
    /// As there.
    pub fn unpack_now(&self) -> Result<Vec<u8>, DecompressError> {
        decompress_size_prepended(&self.0)
    }

    /// The packed bytes, as a file keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// An image that was kept in a file. Whether it is whole shows when it is unpacked.
    #[must_use]
    pub fn from_bytes(packed: Vec<u8>) -> Image {
        Image(packed.into())
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({} bytes)", self.0.len())
    }
}

/// Does work here, or where blocking work goes if it is large.
async fn aside<T: Send + 'static>(large: bool, work: impl FnOnce() -> T + Send + 'static) -> T {
    if !large {
        return work();
    }
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
}
