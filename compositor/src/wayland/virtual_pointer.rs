//! `zwlr_virtual_pointer_manager_v1` 2: programs move the pointer, click and scroll.

use std::collections::{BTreeMap, BTreeSet};

use euclid::Vector2D;
use glasshouse_core::OutputId;
use glasshouse_scene::{LogicalPoint, LogicalRect};
use smithay::{
    backend::input::{Axis, AxisSource},
    input::pointer::AxisFrame,
    reexports::{
        wayland_protocols_wlr::virtual_pointer::v1::server::{
            zwlr_virtual_pointer_manager_v1::{self, ZwlrVirtualPointerManagerV1},
            zwlr_virtual_pointer_v1::{self, Error, ZwlrVirtualPointerV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum,
            backend::ClientId,
            protocol::wl_pointer::{self, ButtonState},
        },
    },
};

use super::{client::is_trusted, quota::over};
use crate::State;

/// Virtual pointers of all clients together; each is a few bytes.
const MAX_POINTERS: usize = 1_024;
/// evdev's buttons: `BTN_MISC` to `KEY_MAX`.
const BUTTONS: std::ops::RangeInclusive<u32> = 0x100..=0x2ff;
/// Scrolling in one frame is clamped to this, so that sums stay numbers.
const MAX_SCROLL: f64 = 1e6;
const MAX_DETENTS: i32 = 10_000;

/// All virtual pointers.
pub type VirtualPointers = BTreeMap<u64, VirtualPointer>;

#[derive(Debug, Default)]
pub struct VirtualPointer {
    /// Where absolute motion goes. `None`: over all outputs.
    output: Option<OutputId>,
    /// Its buttons that are down.
    held: BTreeSet<u32>,
    /// Scrolling until the next frame.
    scroll: Scroll,
}

/// What has been scrolled since the last frame.
#[derive(Debug, Clone, Default, PartialEq)]
struct Scroll {
    source: Option<AxisSource>,
    horizontal: Scrolled,
    vertical: Scrolled,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Scrolled {
    value: f64,
    detents: i32,
    stop: bool,
}

impl Scroll {
    fn axis(&mut self, axis: Axis) -> &mut Scrolled {
        match axis {
            Axis::Horizontal => &mut self.horizontal,
            Axis::Vertical => &mut self.vertical,
        }
    }

    fn add(&mut self, axis: Axis, value: f64, detents: i32) {
        let scrolled = self.axis(axis);
        scrolled.value = (scrolled.value + value).clamp(-MAX_SCROLL, MAX_SCROLL);
        scrolled.detents = scrolled.detents.saturating_add(detents).clamp(-MAX_DETENTS, MAX_DETENTS);
    }

    /// As the seat wants it. `None`: nothing was scrolled.
    fn frame(&self, time: u32) -> Option<AxisFrame> {
        let axes = [(Axis::Horizontal, self.horizontal), (Axis::Vertical, self.vertical)];
        let any = axes.iter().any(|(_, scrolled)| *scrolled != Scrolled::default());
        let mut frame = AxisFrame::new(time);
        if let Some(source) = self.source {
            frame = frame.source(source);
        }
        for (axis, scrolled) in axes {
            frame = frame.value(axis, scrolled.value);
            if scrolled.detents != 0 {
                frame = frame.v120(axis, scrolled.detents * 120);
            }
            if scrolled.stop {
                frame = frame.stop(axis);
            }
        }
        any.then_some(frame)
    }
}

/// Our name for a virtual pointer.
#[derive(Debug)]
pub struct PointerId(u64);

impl GlobalDispatch<ZwlrVirtualPointerManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<ZwlrVirtualPointerManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrVirtualPointerManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        manager: &ZwlrVirtualPointerManagerV1,
        request: zwlr_virtual_pointer_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use zwlr_virtual_pointer_manager_v1::Request;
        let (id, output) = match request {
            Request::CreateVirtualPointer { id, .. } => (id, None),
            Request::CreateVirtualPointerWithOutput { id, output, .. } => (id, output),
            _ => return, // `destroy` is a destructor.
        };
        let output = output.and_then(|output| state.clients.output_id(&output));
        let number = state.next_id();
        init.init(id, PointerId(number));
        if state.clients.virtual_pointers.len() >= MAX_POINTERS {
            over(manager, MAX_POINTERS as u32, "virtual pointers");
            return;
        }
        state.clients.virtual_pointers.insert(number, VirtualPointer { output, ..VirtualPointer::default() });
    }
}

impl Dispatch<ZwlrVirtualPointerV1, PointerId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZwlrVirtualPointerV1,
        request: zwlr_virtual_pointer_v1::Request,
        PointerId(id): &PointerId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwlr_virtual_pointer_v1::Request;
        let Some(pointer) = state.clients.virtual_pointers.get_mut(id) else { return };
        match request {
            Request::Motion { dx, dy, .. } => {
                let to = state.desktop.pointer() + Vector2D::new(dx, dy);
                state.pointer_to(to);
            }
            Request::MotionAbsolute { x, y, x_extent, y_extent, .. } => {
                let output = pointer.output;
                let area = state.pointing_area(output);
                if let Some(to) = area.and_then(|area| absolute(area, (x, y), (x_extent, y_extent))) {
                    state.pointer_to(to);
                }
            }
            Request::Button { button, state: WEnum::Value(button_state), .. } if BUTTONS.contains(&button) => {
                let pressed = button_state == ButtonState::Pressed;
                let changes = if pressed { pointer.held.insert(button) } else { pointer.held.remove(&button) };
                if changes {
                    state.pointer_button(button, pressed);
                }
            }
            Request::Axis { axis, value, .. } => {
                if let Some(axis) = axis_of(resource, axis) {
                    pointer.scroll.add(axis, value, 0);
                }
            }
            Request::AxisDiscrete { axis, value, discrete, .. } => {
                if let Some(axis) = axis_of(resource, axis) {
                    pointer.scroll.add(axis, value, discrete);
                }
            }
            Request::AxisStop { axis, .. } => {
                if let Some(axis) = axis_of(resource, axis) {
                    pointer.scroll.axis(axis).stop = true;
                }
            }
            Request::AxisSource { axis_source } => match source_of(axis_source) {
                Some(source) => pointer.scroll.source = Some(source),
                None => resource.post_error(Error::InvalidAxisSource, "there is no such source of an axis"),
            },
            Request::Frame => {
                let scroll = std::mem::take(&mut pointer.scroll);
                if let Some(frame) = scroll.frame(state.millis()) {
                    state.pointer_axis(frame);
                }
            }
            // A button that no pointer has, or `destroy`, which is a destructor.
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ZwlrVirtualPointerV1, PointerId(id): &PointerId) {
        let Some(pointer) = state.clients.virtual_pointers.remove(id) else { return };
        for button in pointer.held {
            state.pointer_button(button, false);
        }
    }
}

impl State {
    /// What an output shows, so that a place on a mirror is one of its source; or the rectangle around all of them. `None`: there is none.
    fn pointing_area(&self, output: Option<OutputId>) -> Option<LogicalRect> {
        if let Some(output) = output.and_then(|output| self.desktop.screen(output)) {
            return Some(LogicalRect::new(output.position, output.size));
        }
        let outputs = self.desktop.outputs();
        outputs.iter().map(|output| LogicalRect::new(output.position, output.size)).reduce(|all, one| all.union(&one))
    }
}

/// Where a device's point lies on the desktop. `None`: the device has no extent.
fn absolute(area: LogicalRect, at: (u32, u32), extent: (u32, u32)) -> Option<LogicalPoint> {
    let share = |at: u32, extent: u32| (extent > 0).then(|| (f64::from(at) / f64::from(extent)).min(1.0));
    let (x, y) = (share(at.0, extent.0)?, share(at.1, extent.1)?);
    Some(area.origin + Vector2D::new(x * area.size.width, y * area.size.height))
}

fn axis_of(resource: &ZwlrVirtualPointerV1, axis: WEnum<wl_pointer::Axis>) -> Option<Axis> {
    match axis {
        WEnum::Value(wl_pointer::Axis::HorizontalScroll) => Some(Axis::Horizontal),
        WEnum::Value(wl_pointer::Axis::VerticalScroll) => Some(Axis::Vertical),
        _ => {
            resource.post_error(Error::InvalidAxis, "there is no such axis");
            None
        }
    }
}

fn source_of(source: WEnum<wl_pointer::AxisSource>) -> Option<AxisSource> {
    use wl_pointer::AxisSource as Wire;
    match source {
        WEnum::Value(Wire::Wheel) => Some(AxisSource::Wheel),
        WEnum::Value(Wire::Finger) => Some(AxisSource::Finger),
        WEnum::Value(Wire::Continuous) => Some(AxisSource::Continuous),
        WEnum::Value(Wire::WheelTilt) => Some(AxisSource::WheelTilt),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use euclid::{Point2D, Size2D};

    #[test]
    fn absolute_points_cover_the_area() {
        let area = LogicalRect::new(Point2D::new(100.0, 50.0), Size2D::new(800.0, 600.0));
        assert_eq!(absolute(area, (0, 0), (1, 1)), Some(Point2D::new(100.0, 50.0)));
        assert_eq!(absolute(area, (1, 3), (2, 4)), Some(Point2D::new(500.0, 500.0)));
        assert_eq!(absolute(area, (9, u32::MAX), (3, 4)), Some(Point2D::new(900.0, 650.0)));
        assert_eq!(absolute(area, (1, 1), (0, 4)), None);
    }

    #[test]
    fn scrolling_adds_up_until_the_frame() {
        let mut scroll = Scroll::default();
        assert!(scroll.frame(0).is_none());
        scroll.add(Axis::Vertical, 15.0, 1);
        scroll.add(Axis::Vertical, 15.0, 1);
        let frame = scroll.frame(7).unwrap();
        assert_eq!((frame.axis, frame.v120, frame.time), ((0.0, 30.0), Some((0, 240)), 7));
        scroll.add(Axis::Vertical, f64::MAX, i32::MAX);
        scroll.add(Axis::Vertical, f64::MAX, i32::MAX);
        assert!(scroll.frame(0).unwrap().axis.1.is_finite());
    }
}
