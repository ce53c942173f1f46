//! RECEIVES: posts, reports and results from Kafka, HTTP and files.
