//! SCORE: posts to signals.
