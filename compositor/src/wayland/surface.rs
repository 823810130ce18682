//! What we know of every surface, and what a commit means.
//!
//! smithay keeps the double-buffered protocol state; what is *shown* is ours: order and position of subsurfaces, buffers, damage.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, atomic::Ordering},
};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_core::{Event, OutputId, SurfaceId, WindowId, event::SurfaceState};
use glasshouse_scene::{BufferId, Color, Content, Damage, Logical, Pixels, Transform, geometry::MAX_EXTENT};
use smithay::{
    reexports::wayland_server::{
        Resource,
        backend::ObjectId,
        protocol::{wl_buffer::WlBuffer, wl_callback::WlCallback, wl_shm, wl_surface, wl_surface::WlSurface},
    },
    utils::{Buffer as BufferSpace, Rectangle},
    wayland::{
        compositor::{
            BufferAssignment, Damage as CommittedDamage, RectangleKind, RegionAttributes, SurfaceAttributes, SurfaceData, with_states,
        },
        presentation::{PresentationFeedbackCachedState, PresentationFeedbackCallback},
        shell::{
            wlr_layer::LayerSurface,
            xdg::{PopupSurface, ToplevelSurface},
        },
        single_pixel_buffer::get_single_pixel_buffer,
        viewporter::{ViewportCachedState, ensure_viewport_valid},
    },
};

use super::{
    client::with_quota,
    quota::{Counted, MAX_DEPTH, Share},
    shm::ShmBuffer,
};
use crate::State;

/// One surface, from its creation to its destruction.
#[derive(Debug)]
pub struct Surface {
    pub wl: WlSurface,
    pub role: Role,
    /// What the core was told last. Its stack goes bottom to top, with offsets; empty: only the surface itself.
    state: SurfaceState,
    /// What the stack becomes with the next commit of this surface.
    pending_stack: Option<Vec<(SurfaceId, Point2D<i32, Logical>)>>,
    /// Committed, but a synchronized subsurface's commits become current only with its parent's.
    committed_stack: Option<Vec<(SurfaceId, Point2D<i32, Logical>)>>,
    /// What it shows.
    shown: Option<Shown>,
    /// Committed and not yet answered.
    pub callbacks: Vec<WlCallback>,
    pub feedback: Vec<PresentationFeedbackCallback>,
    /// Requests since the last commit, for the limits of `quota`.
    pub pending_damage: u32,
    pub damage_overflow: bool,
    pub pending_callbacks: u32,
    /// Whether the client ever attached a second buffer. One with a single buffer waits for its release.
    alternates: bool,
    pub mapped: bool,
    /// That show it.
    pub outputs: Vec<OutputId>,
    /// Counts it for its client.
    _share: Option<Share>,
}

#[derive(Debug, Clone)]
struct Shown {
    buffer: BufferId,
    pixels: Pixels,
    size: Size2D<i32, glasshouse_scene::Buffer>,
    scale: i32,
    transform: Transform,
}

/// What a surface is for.
#[derive(Debug, Clone, Default)]
pub enum Role {
    #[default]
    None,
    Toplevel {
        window: WindowId,
        toplevel: ToplevelSurface,
    },
    Popup(PopupSurface),
    Layer(LayerSurface),
    /// What the locker shows on an output.
    Lock,
    Subsurface {
        parent: SurfaceId,
    },
    /// A cursor image, a drag icon, an input method's popup: placed by what it belongs to.
    Attached,
}

impl Surface {
    /// The client commits: the stack that it made counts as soon as this commit does.
    pub fn latch_stack(&mut self) {
        if let Some(stack) = self.pending_stack.take() {
            self.committed_stack = Some(stack);
        }
    }

    pub fn shows_something(&self) -> bool {
        self.shown.is_some()
    }

    /// Whether a buffer was attached that is not committed yet.
    pub fn has_pending_buffer(&self) -> bool {
        with_states(&self.wl, |states| {
            let mut attributes = states.cached_state.get::<SurfaceAttributes>();
            matches!(attributes.pending().buffer, Some(BufferAssignment::NewBuffer(_)))
        })
    }

    pub fn size(&self) -> Option<Size2D<f64, Logical>> {
        self.state.size
    }
}

/// All surfaces.
#[derive(Debug, Default)]
pub struct Surfaces {
    pub all: BTreeMap<SurfaceId, Surface>,
    /// For surfaces that are already dead for [`id_of`].
    by_object: HashMap<ObjectId, SurfaceId>,
}

/// Kept in every `wl_surface`.
struct Id(SurfaceId);

/// Our name for a surface. `None` once it is destroyed.
pub fn id_of(surface: &WlSurface) -> Option<SurfaceId> {
    if !surface.is_alive() {
        return None;
    }
    with_states(surface, |states| states.data_map.get::<Id>().map(|id| id.0))
}

impl Surfaces {
    pub fn create(&mut self, id: SurfaceId, wl: &WlSurface, share: Option<Share>) {
        with_states(wl, |states| states.data_map.insert_if_missing_threadsafe(|| Id(id)));
        let surface = Surface {
            wl: wl.clone(),
            role: Role::None,
            state: SurfaceState::default(),
            pending_stack: None,
            committed_stack: None,
            shown: None,
            callbacks: Vec::new(),
            feedback: Vec::new(),
            pending_damage: 0,
            damage_overflow: false,
            pending_callbacks: 0,
            alternates: false,
            mapped: false,
            outputs: Vec::new(),
            _share: share,
        };
        self.all.insert(id, surface);
        self.by_object.insert(wl.id(), id);
    }

    /// Forgets a surface that was destroyed.
    pub fn remove(&mut self, wl: &WlSurface) -> Option<(SurfaceId, Surface)> {
        let id = self.by_object.remove(&wl.id())?;
        Some((id, self.all.remove(&id)?))
    }

    /// Also finds a surface that is being destroyed.
    pub fn id(&self, wl: &WlSurface) -> Option<SurfaceId> {
        self.by_object.get(&wl.id()).copied()
    }

    pub fn of(&mut self, wl: &WlSurface) -> Option<&mut Surface> {
        self.all.get_mut(&id_of(wl)?)
    }

    pub fn get(&self, id: SurfaceId) -> Option<&Surface> {
        self.all.get(&id)
    }

    /// Whether one subsurface lies below another surface in a tree.
    pub fn is_below(&self, mut id: SurfaceId, above: SurfaceId) -> bool {
        for _ in 0..=MAX_DEPTH {
            match self.all.get(&id).map(|surface| &surface.role) {
                Some(Role::Subsurface { parent }) if *parent == above => return true,
                Some(Role::Subsurface { parent }) => id = *parent,
                _ => return false,
            }
        }
        false
    }

    /// What it is a subsurface or popup of.
    fn parent(&self, id: SurfaceId) -> Option<SurfaceId> {
        match self.all.get(&id).map(|surface| &surface.role) {
            Some(Role::Subsurface { parent }) => Some(*parent),
            Some(Role::Popup(popup)) => popup.get_parent_surface().and_then(|parent| id_of(&parent)),
            _ => None,
        }
    }

    /// How many ancestors it has as a subsurface or popup.
    pub fn depth(&self, mut id: SurfaceId) -> usize {
        for depth in 0..=MAX_DEPTH {
            match self.parent(id) {
                Some(parent) => id = parent,
                None => return depth,
            }
        }
        MAX_DEPTH
    }

    /// The last of its ancestors as a subsurface or popup, or else itself.
    pub fn root(&self, mut id: SurfaceId) -> SurfaceId {
        for _ in 0..=MAX_DEPTH {
            match self.parent(id) {
                Some(parent) => id = parent,
                None => return id,
            }
        }
        id
    }

    /// How many levels of subsurfaces it has below it.
    pub fn height(&self, root: SurfaceId) -> usize {
        let mut level = vec![root];
        for height in 0..=MAX_DEPTH {
            level = level.iter().flat_map(|id| self.children(*id)).collect();
            if level.is_empty() {
                return height;
            }
        }
        MAX_DEPTH
    }

    fn children(&self, id: SurfaceId) -> Vec<SurfaceId> {
        let Some(surface) = self.all.get(&id) else { return Vec::new() };
        let stack = surface.pending_stack.as_ref().or(surface.committed_stack.as_ref()).unwrap_or(&surface.state.stack);
        stack.iter().map(|(child, _)| *child).filter(|child| *child != id).collect()
    }

    /// Changes the order and places of a parent's subsurfaces, as its next commit will show them.
    pub fn restack(&mut self, parent: SurfaceId, change: impl FnOnce(&mut Vec<(SurfaceId, Point2D<i32, Logical>)>)) {
        let Some(surface) = self.all.get_mut(&parent) else { return };
        let stack = surface.pending_stack.get_or_insert_with(|| {
            let stack = surface.committed_stack.as_ref().unwrap_or(&surface.state.stack);
            if stack.is_empty() { vec![(parent, Point2D::zero())] } else { stack.clone() }
        });
        change(stack);
    }

    /// Takes a subsurface off its parent at once, as its destruction does. Returns what the parent is now, if it was shown there.
    pub fn unstack(&mut self, parent: SurfaceId, child: SurfaceId) -> Option<SurfaceState> {
        let surface = self.all.get_mut(&parent)?;
        for stack in [&mut surface.pending_stack, &mut surface.committed_stack].into_iter().flatten() {
            stack.retain(|(id, _)| *id != child);
        }
        let before = surface.state.stack.len();
        surface.state.stack.retain(|(id, _)| *id != child);
        (surface.state.stack.len() != before).then(|| surface.state.clone())
    }
}

/// One commit, taken out of smithay's state.
struct Commit {
    buffer: Option<BufferAssignment>,
    damage: Vec<CommittedDamage>,
    scale: i32,
    transform: Transform,
    opaque: Option<RegionAttributes>,
    input: Option<RegionAttributes>,
    callbacks: Vec<WlCallback>,
    feedback: Vec<PresentationFeedbackCallback>,
    viewport_source: Option<Rect<f64, glasshouse_scene::Buffer>>,
    viewport_size: Option<Size2D<f64, Logical>>,
}

impl Commit {
    fn take(states: &SurfaceData) -> Self {
        let mut guard = states.cached_state.get::<SurfaceAttributes>();
        let attributes = guard.current();
        let mut viewport = states.cached_state.get::<ViewportCachedState>();
        let viewport = viewport.current();
        let source = viewport.src.map(|src| Rect::new(Point2D::new(src.loc.x, src.loc.y), Size2D::new(src.size.w, src.size.h)));
        Self {
            buffer: attributes.buffer.take(),
            damage: std::mem::take(&mut attributes.damage),
            scale: attributes.buffer_scale.clamp(1, 64),
            transform: Transform::from_wire(attributes.buffer_transform.into()).unwrap_or_default(),
            opaque: attributes.opaque_region.clone(),
            input: attributes.input_region.clone(),
            callbacks: std::mem::take(&mut attributes.frame_callbacks),
            feedback: std::mem::take(&mut states.cached_state.get::<PresentationFeedbackCachedState>().current().callbacks),
            viewport_source: source,
            viewport_size: viewport.dst.map(|dst| Size2D::new(f64::from(dst.w), f64::from(dst.h))),
        }
    }
}

impl State {
    /// A surface's state has become current: says to the core what it is now, and to the link what it shows.
    pub fn surface_committed(&mut self, wl: &WlSurface) {
        let Some(id) = id_of(wl) else { return };
        let mut commit = with_states(wl, Commit::take);
        if matches!(&commit.buffer, Some(BufferAssignment::NewBuffer(buffer)) if !buffer.is_alive()) {
            // Destroyed after it was attached: what was shown before stays. Nobody would ever tell us that its memory is free.
            commit.buffer = None;
        }
        let Some(surface) = self.clients.surfaces.all.get_mut(&id) else { return };
        if let Some(stack) = surface.committed_stack.take() {
            surface.state.stack = stack;
        }
        let all_damaged = std::mem::take(&mut surface.damage_overflow);
        surface.pending_damage = 0;
        surface.pending_callbacks = 0;
        surface.callbacks.append(&mut commit.callbacks);
        // What a newer commit replaces was never shown.
        surface.feedback.drain(..).for_each(PresentationFeedbackCallback::discarded);
        surface.feedback.append(&mut commit.feedback);
        let attached = commit.buffer.is_some();
        match &commit.buffer {
            Some(BufferAssignment::NewBuffer(buffer)) => match self.look_at_buffer(id, buffer, &commit) {
                Some(shown) => {
                    if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
                        surface.alternates |= surface.shown.as_ref().is_some_and(|before| before.buffer != shown.buffer);
                        surface.shown = Some(shown);
                    }
                }
                None => return, // The client got its error.
            },
            Some(BufferAssignment::Removed) => {
                if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
                    surface.shown = None;
                }
            }
            None => {
                // Scale and transform count from their commit on, also without a new buffer.
                if let Some(shown) = self.clients.surfaces.all.get_mut(&id).and_then(|surface| surface.shown.as_mut()) {
                    shown.scale = commit.scale;
                    shown.transform = commit.transform;
                }
            }
        }
        let Some(surface) = self.clients.surfaces.all.get(&id) else { return };
        let content = match &surface.shown {
            Some(shown) => match content(wl, shown, &commit, attached, all_damaged) {
                Some(content) => Some(content),
                None => return, // The viewport does not fit; the client got its error.
            },
            None => None,
        };
        let state = SurfaceState {
            size: content.as_ref().map(|content| content.surface_size),
            input: commit.input.as_ref().map(region),
            stack: surface.state.stack.clone(),
        };
        if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
            surface.state = state.clone();
        }
        self.show(id, content);
        self.trace_committed(id);
        self.observe(Event::SurfaceCommitted { surface: id, state });
        self.display.frame_wanted = true;
    }

    /// Gives the link what the surface shows, after it knows the memory that it lies in.
    fn show(&mut self, id: SurfaceId, content: Option<Content>) {
        let unchanged = match (&content, self.display.link.content(id)) {
            (Some(new), Some(old)) => new.buffer == old.buffer && new.pixels == old.pixels && new.damage.is_none() && new.same_mapping(old),
            (None, None) => true,
            _ => false,
        };
        if !unchanged {
            self.display.link.set_content(id, content);
        }
    }

    /// What a newly attached buffer holds. `None`: the client gets a protocol error.
    fn look_at_buffer(&mut self, surface: SurfaceId, buffer: &WlBuffer, commit: &Commit) -> Option<Shown> {
        if let Some(shm) = buffer.data::<ShmBuffer>() {
            if !shm.pool.holds(shm.end()) {
                buffer.post_error(wl_shm::Error::InvalidFd, "the file has become smaller than the buffer");
                return None;
            }
            let wl = &self.clients.surfaces.get(surface)?.wl;
            let upright: Size2D<i32, Logical> = commit.transform.apply_size(Size2D::<i32, Logical>::new(shm.width, shm.height));
            if wl.version() >= 6 && (upright.width % commit.scale != 0 || upright.height % commit.scale != 0) {
                let message = format!("{} x {} pixels are not a multiple of the scale {}", upright.width, upright.height, commit.scale);
                wl.post_error(wl_surface::Error::InvalidSize, message);
                return None;
            }
            if !shm.pool.announced.swap(true, Ordering::Relaxed) {
                self.display.link.add_pool(shm.pool.id, Arc::clone(&shm.pool.fd), shm.pool.bytes());
            }
            self.clients.buffers.insert(shm.id, buffer.clone());
            let pixels = Pixels::Shm { pool: shm.pool.id, offset: shm.offset, stride: shm.stride, format: shm.format };
            let size = Size2D::new(shm.width, shm.height);
            return Some(Shown { buffer: shm.id, pixels, size, scale: commit.scale, transform: commit.transform });
        }
        if let Ok(pixel) = get_single_pixel_buffer(buffer) {
            let [red, green, blue, alpha] = pixel.rgba32f();
            let id = BufferId(self.next_id());
            self.clients.buffers.insert(id, buffer.clone());
            let pixels = Pixels::Solid(Color { red, green, blue, alpha });
            return Some(Shown { buffer: id, pixels, size: Size2D::new(1, 1), scale: commit.scale, transform: commit.transform });
        }
        buffer.post_error(wl_shm::Error::InvalidFormat, "a buffer of a kind that was never offered");
        None
    }

    /// Releases what nobody reads any more. Comes before frame callbacks, so that clients with two buffers never wait.
    pub fn release_buffers(&mut self) {
        for buffer in self.display.link.take_released() {
            if let Some(buffer) = self.clients.buffers.remove(&buffer)
                && buffer.is_alive()
            {
                buffer.release();
            }
        }
    }

    /// Lets the display copy what these surfaces show if their clients have a single buffer, so that they get it back.
    ///
    /// A client with another buffer draws into that one; a client that asked for a frame and has no other can only wait.
    pub fn retain_single_buffers(&mut self, drawn: &[SurfaceId]) {
        for id in drawn {
            let Some(surface) = self.clients.surfaces.get(*id).filter(|surface| !surface.alternates && surface.shown.is_some()) else {
                continue;
            };
            if with_quota(&surface.wl, |quota| quota.count(Counted::Buffer)) == Some(1) {
                self.display.link.retain(*id);
            }
        }
    }
}

/// The content for the link, or `None` after a protocol error.
fn content(wl: &WlSurface, shown: &Shown, commit: &Commit, attached: bool, all_damaged: bool) -> Option<Content> {
    let upright = shown.transform.apply_size::<i32, glasshouse_scene::Buffer, glasshouse_scene::Buffer>(shown.size);
    let scale = f64::from(shown.scale);
    let logical: Size2D<f64, Logical> = Size2D::new(f64::from(upright.width) / scale, f64::from(upright.height) / scale);
    let whole = smithay::utils::Size::from((logical.width.ceil() as i32, logical.height.ceil() as i32));
    if commit.viewport_source.is_some() && !with_states(wl, |states| ensure_viewport_valid(states, whole)) {
        return None;
    }
    let bounds = Rect::from_size(upright.to_f64());
    let source = match commit.viewport_source {
        Some(source) => source.scale(scale, scale).intersection(&bounds)?,
        None => bounds,
    };
    let surface_size = commit.viewport_size.unwrap_or(match commit.viewport_source {
        Some(source) => Size2D::new(source.size.width, source.size.height),
        None => logical,
    });
    let surface_size = surface_size.min(Size2D::splat(f64::from(MAX_EXTENT)));
    let mut content = Content {
        buffer: shown.buffer,
        pixels: shown.pixels,
        size: shown.size,
        transform: shown.transform,
        source,
        surface_size,
        opaque: Vec::new(),
        damage: Damage::None,
    };
    content.opaque = opaque(commit.opaque.as_ref(), surface_size);
    if all_damaged && attached {
        content.damage = Damage::Full;
    } else if attached || !commit.damage.is_empty() {
        let rects = commit.damage.iter().map(|damage| damage_in_buffer(damage, &content));
        content.damage = Damage::from_rects(rects, content.size);
    }
    Some(content)
}

/// The damage of one request in buffer pixels before the transform.
fn damage_in_buffer(damage: &CommittedDamage, content: &Content) -> Rect<i32, glasshouse_scene::Buffer> {
    let rect = match damage {
        CommittedDamage::Buffer(rect) => {
            let rect: &Rectangle<i32, BufferSpace> = rect;
            return Rect::new(Point2D::new(rect.loc.x, rect.loc.y), Size2D::new(rect.size.w, rect.size.h));
        }
        CommittedDamage::Surface(rect) => rect,
    };
    // From the surface to the upright buffer by the viewport, then by the transform.
    let scale_x = content.source.size.width / content.surface_size.width.max(f64::MIN_POSITIVE);
    let scale_y = content.source.size.height / content.surface_size.height.max(f64::MIN_POSITIVE);
    let x = |x: i32| content.source.origin.x + f64::from(x) * scale_x;
    let y = |y: i32| content.source.origin.y + f64::from(y) * scale_y;
    let min: Point2D<f64, glasshouse_scene::Buffer> = Point2D::new(x(rect.loc.x), y(rect.loc.y));
    let max = Point2D::new(x(rect.loc.x.saturating_add(rect.size.w)), y(rect.loc.y.saturating_add(rect.size.h)));
    let upright = euclid::Box2D::new(min, max).to_rect();
    let rect: Rect<f64, glasshouse_scene::Buffer> = content.transform.apply_rect(upright, content.upright_size().to_f64());
    rect.round_out().to_i32()
}

/// The requests of a region, in order.
fn region(region: &RegionAttributes) -> Vec<(bool, Rect<i32, Logical>)> {
    let rect = |rect: &Rectangle<i32, smithay::utils::Logical>| {
        Rect::new(Point2D::new(rect.loc.x, rect.loc.y), Size2D::new(rect.size.w, rect.size.h))
    };
    region.rects.iter().map(|(kind, area)| (matches!(kind, RectangleKind::Add), rect(area))).collect()
}

/// The opaque region, simplified: a promise that is not used costs a little speed, one too many costs wrong pixels.
fn opaque(attributes: Option<&RegionAttributes>, size: Size2D<f64, Logical>) -> Vec<Rect<i32, Logical>> {
    /// More rectangles than this cost more than they save.
    const MAX_OPAQUE: usize = 32;
    let Some(attributes) = attributes else { return Vec::new() };
    let bounds = Rect::from_size(size.floor().to_i32());
    let mut opaque = glasshouse_scene::Region::default();
    for (add, rect) in region(attributes).into_iter().take(MAX_OPAQUE * 4) {
        match (add, glasshouse_scene::geometry::clamp_rect(rect, bounds)) {
            (true, Some(rect)) => opaque.add(rect),
            (false, Some(rect)) => opaque.subtract(rect),
            (_, None) => {}
        }
    }
    if attributes.rects.len() > MAX_OPAQUE * 4 || opaque.rects().len() > MAX_OPAQUE {
        return Vec::new();
    }
    opaque.rects().to_vec()
}
