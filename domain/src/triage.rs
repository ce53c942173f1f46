//! How an assessment opens or joins a case.
