//! `xdg_toplevel_drag_manager_v1` 1: a tab that is dragged out of a window is a window of its own that goes along with the drag.
//!
//! The core has the window in the hand; the drag and drop itself goes on as ever, without the window in its way.

use std::collections::HashSet;

use euclid::Point2D;
use glasshouse_core::{Event, WindowId};
use smithay::reexports::{
    wayland_protocols::xdg::toplevel_drag::v1::server::{
        xdg_toplevel_drag_manager_v1::{self, XdgToplevelDragManagerV1},
        xdg_toplevel_drag_v1::{self, XdgToplevelDragV1},
    },
    wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource,
        backend::{ClientId, ObjectId},
        protocol::wl_data_source::{self, WlDataSource},
    },
};

use crate::State;

/// Where a drag is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Announced,
    /// `None`: by the pointer, or else by this finger.
    Running(Option<i32>),
    Over,
}

/// A drag that may take a window along.
#[derive(Debug)]
struct ToplevelDrag {
    object: XdgToplevelDragV1,
    source: ObjectId,
    stage: Stage,
    /// The window, and where in it the pointer is.
    attached: Option<(WindowId, Point2D<i32, glasshouse_scene::Logical>)>,
}

/// All such drags, and sources that were used for something.
#[derive(Debug, Default)]
pub struct ToplevelDrags {
    drags: Vec<ToplevelDrag>,
    /// Sources of a drag that has begun, or of a clipboard.
    used: HashSet<ObjectId>,
}

impl ToplevelDrags {
    pub fn source_gone(&mut self, source: &WlDataSource) {
        self.used.remove(&source.id());
    }
}

impl State {
    /// Somebody uses a source otherwise than for a drag. Answers whether it may be.
    pub fn source_selected(&mut self, source: &WlDataSource) -> bool {
        let drags = &mut self.clients.toplevel_drags;
        drags.used.insert(source.id());
        let taken = drags.drags.iter().any(|drag| drag.source == source.id());
        if taken {
            source.post_error(wl_data_source::Error::InvalidSource, "the source is that of a drag that takes a window along");
        }
        !taken
    }

    /// A client's drag begins. `finger`: the one that drags, if it is not the pointer.
    pub fn toplevel_drag_started(&mut self, source: &WlDataSource, finger: Option<i32>) {
        let source = source.id();
        self.clients.toplevel_drags.used.insert(source.clone());
        let drag = self.clients.toplevel_drags.drags.iter_mut().find(|drag| drag.source == source && drag.stage == Stage::Announced);
        let Some(drag) = drag else { return };
        drag.stage = Stage::Running(finger);
        if let Some((window, offset)) = drag.attached {
            self.observe(Event::DragTakesWindow { window, offset, finger });
        }
    }

    /// The drag with this source is over, whatever became of it.
    pub fn toplevel_drag_over(&mut self, source: &ObjectId) {
        let running = self.clients.toplevel_drags.drags.iter_mut().find_map(|drag| match drag.stage {
            Stage::Running(finger) if drag.source == *source => Some((drag, finger)),
            _ => None,
        });
        if let Some((drag, finger)) = running {
            drag.stage = Stage::Over;
            self.observe(Event::DragOver { finger });
        }
    }

    /// A window was unmapped, or is gone: it goes along with nothing any more.
    pub fn detach_from_drag(&mut self, window: WindowId) {
        for drag in &mut self.clients.toplevel_drags.drags {
            drag.attached.take_if(|(attached, _)| *attached == window);
        }
    }
}

impl GlobalDispatch<XdgToplevelDragManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<XdgToplevelDragManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }
}

impl Dispatch<XdgToplevelDragManagerV1, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        manager: &XdgToplevelDragManagerV1,
        request: xdg_toplevel_drag_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let xdg_toplevel_drag_manager_v1::Request::GetXdgToplevelDrag { id, data_source } = request else {
            return; // `destroy` is a destructor.
        };
        state.count_small(client, manager);
        let object = init.init(id, ());
        let (source, drags) = (data_source.id(), &mut state.clients.toplevel_drags);
        if drags.used.contains(&source) || drags.drags.iter().any(|drag| drag.source == source) {
            manager.post_error(xdg_toplevel_drag_manager_v1::Error::InvalidSource, "the source was used for something already");
            return;
        }
        drags.drags.push(ToplevelDrag { object, source, stage: Stage::Announced, attached: None });
    }
}

impl Dispatch<XdgToplevelDragV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &XdgToplevelDragV1,
        request: xdg_toplevel_drag_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use xdg_toplevel_drag_v1::{Error, Request};
        state.end_drags();
        let Some(drag) = state.clients.toplevel_drags.drags.iter_mut().find(|drag| drag.object == *resource) else { return };
        match request {
            Request::Attach { toplevel, x_offset, y_offset } => {
                if drag.attached.is_some_and(|(window, _)| state.clients.windows.contains_key(&window)) {
                    resource.post_error(Error::ToplevelAttached, "a window is attached already");
                    return;
                }
                let window = state.clients.windows.iter().find(|(_, known)| *known.xdg_toplevel() == toplevel).map(|(window, _)| *window);
                let (Some(window), offset) = (window, Point2D::new(x_offset, y_offset)) else { return };
                drag.attached = Some((window, offset));
                if let Stage::Running(finger) = drag.stage {
                    state.observe(Event::DragTakesWindow { window, offset, finger });
                }
            }
            Request::Destroy if drag.stage != Stage::Over => {
                resource.post_error(Error::OngoingDrag, "the drag has not ended");
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, client: ClientId, object: &XdgToplevelDragV1, (): &()) {
        state.small_gone(&client);
        let gone = state.clients.toplevel_drags.drags.iter().position(|drag| drag.object == *object);
        if let Some(gone) = gone.map(|index| state.clients.toplevel_drags.drags.swap_remove(index))
            && let (Stage::Running(finger), Some(_)) = (gone.stage, gone.attached)
        {
            state.observe(Event::DragOver { finger });
        }
    }
}
