//! EVALUATE: readable policies to matches and a recommendation.
