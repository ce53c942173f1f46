//! RECORDS: the log and everything that is written with it.
