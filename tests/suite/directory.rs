//! Temporary directories with files in them, and texts that are reported.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A text with one finding: `global-auth-client` on line 4, a warning of high confidence.
pub(crate) const GLOBAL_CLIENT: &str = "\
use async_openai::{Client, config::OpenAIConfig};
use std::sync::LazyLock;

pub static OPENAI: LazyLock<Client<OpenAIConfig>> = LazyLock::new(|| {
    let key = std::env::var(\"OPENAI_API_KEY\").expect(\"it is set\");
    Client::with_config(OpenAIConfig::new().with_api_key(key))
});
";

/// A text with one finding: `runtime-before-fork` on line 1, an error of high confidence.
pub(crate) const FORKED_RUNTIME: &str = "\
#[tokio::main]
async fn main() {
    daemonize::Daemonize::new().start().expect(\"it can fork\");
    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await;
    drop(listener);
}
";

/// A text with one finding of low confidence, which is hidden when nobody asks for it.
pub(crate) const GLOBAL_POOL: &str = "\
use std::sync::LazyLock;

pub static POOL: LazyLock<sqlx::PgPool> = LazyLock::new(|| {
    sqlx::PgPool::connect_lazy(&std::env::var(\"DATABASE_URL\").expect(\"it is set\")).expect(\"a URL\")
});
";

/// A directory with these files, each by its path and text.
pub(crate) fn directory<P: AsRef<Path>, T: AsRef<[u8]>>(files: &[(P, T)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory can be made");
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    directory
}
