//! The C interface of WLCS, as `display_server.h`, `pointer.h` and `touch.h` of its version 1.5.0 lay it out, and nothing else.
//!
//! WLCS calls us on one thread. Each of its objects is ours behind a table of functions: the table comes first, so that a pointer
//! to it is a pointer to the object. No panic passes over to C.

use std::{
    ffi::{CString, c_char, c_int, c_void},
    os::fd::IntoRawFd,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use euclid::Vector2D;
use glasshouse_scene::LogicalPoint;

use crate::{
    desktop::{Desktop, Handle, Request, bare_desktop},
    registry,
};

/// `wl_fixed_t`: 24.8.
type Fixed = i32;

/// What WLCS looks for when it has loaded us.
#[unsafe(no_mangle)]
pub(crate) static wlcs_server_integration: Integration = Integration { version: 1, create_server, destroy_server };

#[repr(C)]
pub(crate) struct Integration {
    version: u32,
    create_server: extern "C" fn(c_int, *const *const c_char) -> *mut DisplayServer,
    destroy_server: unsafe extern "C" fn(*mut DisplayServer),
}

/// `WlcsDisplayServer`, version 3, and what is ours behind it.
#[repr(C)]
struct DisplayServer {
    version: u32,
    start: unsafe extern "C" fn(*mut DisplayServer),
    stop: unsafe extern "C" fn(*mut DisplayServer),
    create_client_socket: unsafe extern "C" fn(*mut DisplayServer) -> c_int,
    position_window_absolute: unsafe extern "C" fn(*mut DisplayServer, *mut Display, *mut Proxy, c_int, c_int),
    create_pointer: unsafe extern "C" fn(*mut DisplayServer) -> *mut Pointer,
    create_touch: unsafe extern "C" fn(*mut DisplayServer) -> *mut Touch,
    get_descriptor: unsafe extern "C" fn(*const DisplayServer) -> *const Descriptor,
    /// `None`: we have our own thread.
    start_on_this_thread: Option<unsafe extern "C" fn(*mut DisplayServer, *mut c_void)>,

    desktop: Desktop,
    descriptor: Descriptor,
    /// The descriptor points here.
    _extensions: Vec<Extension>,
    /// The extensions point here.
    _names: Vec<CString>,
}

/// `WlcsIntegrationDescriptor`, version 1.
#[repr(C)]
struct Descriptor {
    version: u32,
    num_extensions: usize,
    supported_extensions: *const Extension,
}

/// `WlcsExtensionDescriptor`.
#[repr(C)]
struct Extension {
    name: *const c_char,
    version: u32,
}

/// `WlcsPointer`, version 1, and what is ours behind it.
#[repr(C)]
struct Pointer {
    version: u32,
    move_absolute: unsafe extern "C" fn(*mut Pointer, Fixed, Fixed),
    move_relative: unsafe extern "C" fn(*mut Pointer, Fixed, Fixed),
    button_up: unsafe extern "C" fn(*mut Pointer, c_int),
    button_down: unsafe extern "C" fn(*mut Pointer, c_int),
    destroy: unsafe extern "C" fn(*mut Pointer),
    desktop: Handle,
}

/// `WlcsTouch`, version 1, and what is ours behind it.
#[repr(C)]
struct Touch {
    version: u32,
    touch_down: unsafe extern "C" fn(*mut Touch, Fixed, Fixed),
    touch_move: unsafe extern "C" fn(*mut Touch, Fixed, Fixed),
    touch_up: unsafe extern "C" fn(*mut Touch),
    destroy: unsafe extern "C" fn(*mut Touch),
    desktop: Handle,
}

/// `wl_display` of libwayland-client.
#[repr(C)]
struct Display {
    _opaque: [u8; 0],
}

/// `wl_proxy` of libwayland-client, which every `wl_surface` of it is.
#[repr(C)]
struct Proxy {
    _opaque: [u8; 0],
}

#[link(name = "wayland-client")]
unsafe extern "C" {
    fn wl_display_get_fd(display: *mut Display) -> c_int;
    fn wl_proxy_get_id(proxy: *mut Proxy) -> u32;
}

/// Does `body`; a panic in it is logged by its hook, and C gets `otherwise`.
fn guarded<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    // Nothing is looked at again that a panic could have left half done: the test has failed.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

fn fixed(x: Fixed, y: Fixed) -> (f64, f64) {
    (f64::from(x) / 256.0, f64::from(y) / 256.0)
}

/// Touches come in whole pixels, whatever the type of the header says.
fn whole(x: Fixed, y: Fixed) -> LogicalPoint {
    LogicalPoint::new(f64::from(x), f64::from(y))
}

extern "C" fn create_server(_: c_int, _: *const *const c_char) -> *mut DisplayServer {
    guarded(ptr::null_mut(), || {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        // Of a second desktop in this process this fails: the first one's log goes on.
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
        let globals = bare_desktop().and_then(|mut server| registry::globals(&mut server)).unwrap_or_else(|error| {
            tracing::error!("the desktop does not say what it offers: {error:#}");
            Vec::new()
        });
        let (names, versions): (Vec<CString>, Vec<u32>) = globals.into_iter().unzip();
        let extensions: Vec<Extension> =
            names.iter().zip(versions).map(|(name, version)| Extension { name: name.as_ptr(), version }).collect();
        let descriptor = Descriptor { version: 1, num_extensions: extensions.len(), supported_extensions: extensions.as_ptr() };
        Box::into_raw(Box::new(DisplayServer {
            version: 3,
            start,
            stop,
            create_client_socket,
            position_window_absolute,
            create_pointer,
            create_touch,
            get_descriptor,
            start_on_this_thread: None,
            desktop: Desktop::new(),
            descriptor,
            _extensions: extensions,
            _names: names,
        }))
    })
}

unsafe extern "C" fn destroy_server(server: *mut DisplayServer) {
    // SAFETY: WLCS hands back what `create_server` gave it, once and last.
    guarded((), || drop(unsafe { Box::from_raw(server) }));
}

unsafe extern "C" fn start(server: *mut DisplayServer) {
    // SAFETY: WLCS passes what `create_server` gave it, and nobody else looks at it during the call.
    guarded((), || unsafe { (*server).desktop.start() });
}

unsafe extern "C" fn stop(server: *mut DisplayServer) {
    // SAFETY: As for `start`.
    guarded((), || unsafe { (*server).desktop.stop() });
}

unsafe extern "C" fn create_client_socket(server: *mut DisplayServer) -> c_int {
    guarded(-1, || {
        // SAFETY: As for `start`.
        let connected = unsafe { (*server).desktop.connect() };
        connected.map_or(-1, IntoRawFd::into_raw_fd)
    })
}

unsafe extern "C" fn position_window_absolute(server: *mut DisplayServer, display: *mut Display, surface: *mut Proxy, x: c_int, y: c_int) {
    guarded((), || {
        // SAFETY: WLCS passes a connection and a surface of it that are both alive.
        let (client_end, surface) = unsafe { (wl_display_get_fd(display), wl_proxy_get_id(surface)) };
        let at = LogicalPoint::new(f64::from(x), f64::from(y));
        // SAFETY: As for `start`.
        unsafe { (*server).desktop.handle() }.ask(Request::Place { client_end, surface, at });
    });
}

unsafe extern "C" fn get_descriptor(server: *const DisplayServer) -> *const Descriptor {
    // SAFETY: As for `start`; the descriptor lives and stays where it is until `destroy_server`.
    unsafe { &raw const (*server).descriptor }
}

unsafe extern "C" fn create_pointer(server: *mut DisplayServer) -> *mut Pointer {
    guarded(ptr::null_mut(), || {
        // SAFETY: As for `start`.
        let desktop = unsafe { (*server).desktop.handle() };
        Box::into_raw(Box::new(Pointer {
            version: 1,
            move_absolute,
            move_relative,
            button_up,
            button_down,
            destroy: destroy_pointer,
            desktop,
        }))
    })
}

unsafe extern "C" fn move_absolute(pointer: *mut Pointer, x: Fixed, y: Fixed) {
    // SAFETY: WLCS passes what `create_pointer` gave it, and nobody else looks at it during the call.
    guarded((), || unsafe { (*pointer).desktop.ask(Request::PointerTo(LogicalPoint::from(fixed(x, y)))) });
}

unsafe extern "C" fn move_relative(pointer: *mut Pointer, dx: Fixed, dy: Fixed) {
    // SAFETY: As for `move_absolute`.
    guarded((), || unsafe { (*pointer).desktop.ask(Request::PointerBy(Vector2D::from(fixed(dx, dy)))) });
}

unsafe extern "C" fn button_up(pointer: *mut Pointer, button: c_int) {
    // SAFETY: As for `move_absolute`.
    guarded((), || unsafe { (*pointer).desktop.ask(Request::Button { button: button.unsigned_abs(), pressed: false }) });
}

unsafe extern "C" fn button_down(pointer: *mut Pointer, button: c_int) {
    // SAFETY: As for `move_absolute`.
    guarded((), || unsafe { (*pointer).desktop.ask(Request::Button { button: button.unsigned_abs(), pressed: true }) });
}

unsafe extern "C" fn destroy_pointer(pointer: *mut Pointer) {
    // SAFETY: WLCS hands back what `create_pointer` gave it, once and last.
    guarded((), || drop(unsafe { Box::from_raw(pointer) }));
}

unsafe extern "C" fn create_touch(server: *mut DisplayServer) -> *mut Touch {
    guarded(ptr::null_mut(), || {
        // SAFETY: As for `start`.
        let desktop = unsafe { (*server).desktop.handle() };
        Box::into_raw(Box::new(Touch { version: 1, touch_down, touch_move, touch_up, destroy: destroy_touch, desktop }))
    })
}

unsafe extern "C" fn touch_down(touch: *mut Touch, x: Fixed, y: Fixed) {
    // SAFETY: WLCS passes what `create_touch` gave it, and nobody else looks at it during the call.
    guarded((), || unsafe { (*touch).desktop.ask(Request::TouchDown(whole(x, y))) });
}

unsafe extern "C" fn touch_move(touch: *mut Touch, x: Fixed, y: Fixed) {
    // SAFETY: As for `touch_down`.
    guarded((), || unsafe { (*touch).desktop.ask(Request::TouchMove(whole(x, y))) });
}

unsafe extern "C" fn touch_up(touch: *mut Touch) {
    // SAFETY: As for `touch_down`.
    guarded((), || unsafe { (*touch).desktop.ask(Request::TouchUp) });
}

unsafe extern "C" fn destroy_touch(touch: *mut Touch) {
    // SAFETY: WLCS hands back what `create_touch` gave it, once and last.
    guarded((), || drop(unsafe { Box::from_raw(touch) }));
}
