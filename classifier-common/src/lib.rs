//! Shared core.
#![no_std]
