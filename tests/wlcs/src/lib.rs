//! The plug-in that lets WLCS, the Wayland conformance suites, run against the real desktop process.
//!
//! WLCS loads it into its own process, where it makes a desktop for every test, one after another: a thread with the loop of
//! [`glasshouse::Server`], no socket and a display that draws nothing. `tests/wlcs/run` builds and runs it.
//!
//! What WLCS asks for waits until the desktop has done it. So all requests that clients sent before are carried out before it, and
//! all that they send later after it: no test depends on who is faster.

mod desktop;
#[expect(unsafe_code, reason = "the C interface of WLCS")]
mod ffi;
mod registry;
