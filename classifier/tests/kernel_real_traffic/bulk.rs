//! Bulk transfers with offloads on: super-packets at the hooks, segments on the wire.
