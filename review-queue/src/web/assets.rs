//! Style sheet, script and icon, inside the program, under addresses that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    mime: &'static str,
    bytes: &'static [u8],
    digest: String,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset(
            "console.css",
            "text/css; charset=utf-8",
            include_bytes!("../../assets/console.css"),
        ),
        asset(
            "console.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/console.js"),
        ),
        asset(
            "icon.svg",
            "image/svg+xml",
            include_bytes!("../../assets/icon.svg"),
        ),
    ]
});

fn asset(name: &'static str, mime: &'static str, bytes: &'static [u8]) -> Asset {
    let digest = Sha256::digest(bytes);
    let digest = super::hex(&digest[..6]);
    Asset {
        name,
        mime,
        bytes,
        digest,
    }
}

/// Where an asset is to be fetched.
pub fn address(name: &str) -> String {
    let digest = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("missing", |asset| asset.digest.as_str());
    format!("/assets/{digest}/{name}")
}

/// Serves an asset. An address with another digest belongs to another version of the program: it
/// gets the present content and is not kept.
pub async fn serve(Path((digest, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if digest == asset.digest {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [
            (header::CONTENT_TYPE, asset.mime),
            (header::CACHE_CONTROL, keep),
        ],
        asset.bytes,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_the_digest_of_the_content() {
        assert!(address("console.css").starts_with("/assets/"));
        assert_ne!(address("console.css"), address("console.js"));
    }
}
