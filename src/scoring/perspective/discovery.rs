//! The description that generated clients of the Perspective API read before their first call.
//!
//! Such a client is pointed here by the address of this document alone: the address of the service itself
//! is taken from the request.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Serves the description. Needs no key: it tells nothing of this installation.
pub(super) async fn serve(headers: HeaderMap) -> Response {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = value(header::HOST.as_str()).filter(|host| is_host(host)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let https = value("x-forwarded-proto") == Some("https");
    let scheme = if https { "https" } else { "http" };
    Json(document(&format!("{scheme}://{host}/"))).into_response()
}

fn is_host(host: &str) -> bool {
    let is_part =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    !host.is_empty() && host.bytes().all(is_part)
}

fn document(root: &str) -> Value {
    json!({
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "title": "Holdfast, scoring in the form of the Perspective API",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "basePath": "",
        "batchPath": "batch",
        "parameters": {
            "key": { "type": "string", "location": "query", "description": "An integrator's token." },
            "alt": { "type": "string", "location": "query", "default": "json", "enum": ["json"] },
            "prettyPrint": { "type": "boolean", "location": "query", "default": "true" },
        },
        "resources": { "comments": { "methods": { "analyze": {
            "id": "commentanalyzer.comments.analyze",
            "path": "v1alpha1/comments:analyze",
            "flatPath": "v1alpha1/comments:analyze",
            "httpMethod": "POST",
            "description": "Scores a comment. Nothing is stored.",
            "parameters": {},
            "parameterOrder": [],
            "request": { "$ref": "AnalyzeCommentRequest" },
            "response": { "$ref": "AnalyzeCommentResponse" },
        } } } },
        "schemas": schemas(),
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let yes_or_no = json!({ "type": "boolean" });
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let of = |name: &str| json!({ "$ref": name });
    let many = |name: &str| json!({ "type": "array", "items": { "$ref": name } });
    let by_name =
        |name: &str| json!({ "type": "object", "additionalProperties": { "$ref": name } });
    let object = |id: &str, properties: Value| {
        (
            id.to_owned(),
            json!({ "id": id, "type": "object", "properties": properties }),
        )
    };
    let number = json!({ "type": "number", "format": "float" });
    let place = json!({ "type": "integer", "format": "int32" });
    let all = [
        object(
            "AnalyzeCommentRequest",
            json!({
                "comment": of("TextEntry"), "context": of("Context"),
                "requestedAttributes": by_name("AttributeParameters"), "languages": texts,
                "spanAnnotations": yes_or_no, "doNotStore": yes_or_no,
                "dropUnsupportedAttributes": yes_or_no, "clientToken": text, "sessionId": text,
                "communityId": text,
            }),
        ),
        object("TextEntry", json!({ "text": text, "type": text })),
        object(
            "Context",
            json!({
                "entries": many("TextEntry"), "articleAndParentComment": of("ArticleAndParentComment"),
            }),
        ),
        object(
            "ArticleAndParentComment",
            json!({
                "article": of("TextEntry"), "parentComment": of("TextEntry"),
            }),
        ),
        object(
            "AttributeParameters",
            json!({ "scoreType": text, "scoreThreshold": number }),
        ),
        object(
            "AnalyzeCommentResponse",
            json!({
                "attributeScores": by_name("AttributeScores"), "languages": texts,
                "detectedLanguages": texts, "clientToken": text,
            }),
        ),
        object(
            "AttributeScores",
            json!({
                "summaryScore": of("Score"), "spanScores": many("SpanScore"),
            }),
        ),
        object(
            "SpanScore",
            json!({ "begin": place, "end": place, "score": of("Score") }),
        ),
        object("Score", json!({ "value": number, "type": text })),
    ];
    Value::Object(all.into_iter().collect())
}
