//! PRESENTS: the queue, its API and its console.
