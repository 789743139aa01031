//! The page of a real agent that counts real traffic, in a real browser: what it says, that nothing else is asked for,
//! and that it can be read on a phone, in the dark, without scripts, by keys alone and aloud.

mod comfort;
mod content;
mod scene;
