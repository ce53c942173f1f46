//! LEARN: text to numbers to scores; the corpus and its reader.
