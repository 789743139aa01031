//! Sources in a fixed size: what is said of them is true of every stream, and worth knowing of a skewed one.

mod any_stream;
mod million;
mod truth;
