//! Which windows move, from where to where: found by comparing where they are with where they were when it was looked the last time.

use std::collections::BTreeMap;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId, PhysicalRect, SurfaceId};

use crate::{
    desktop::Desktop,
    grid::{Grid, centred},
    ids::{Timestamp, WindowId, WorkspaceId},
    motion::{Course, Look, Movement},
    window::{Phase, Slot, Window},
};

/// A window opens from, and closes to, this part of its size.
const SMALL: f64 = 0.92;

/// More panes that fade than anybody can follow.
const MAX_FADING: usize = 64;

/// A window, as it was when it was looked the last time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    surface: SurfaceId,
    rect: LogicalRect,
    output: OutputId,
    seat: Seat,
}

/// How far a window is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    Seen,
    /// Fingers pull it, and its workspace.
    Pulled,
    /// Out of view, as a column beyond the edge: it has a place, though.
    Beyond,
    /// Minimized, or on another workspace.
    Hidden,
}

/// What is left of a window that has closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fading {
    pub(crate) surface: SurfaceId,
    pub(crate) output: OutputId,
    course: Course,
}

/// Everything that moves, and what is compared to find it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Motions {
    courses: BTreeMap<WindowId, Course>,
    fading: Vec<Fading>,
    known: BTreeMap<WindowId, Known>,
    shown: BTreeMap<OutputId, WorkspaceId>,
    /// Whether there is something to compare with.
    started: bool,
}

/// How a window is painted that moves: its parts are where `from` becomes `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Warp {
    pub(crate) from: PhysicalRect,
    pub(crate) to: PhysicalRect,
    pub(crate) opacity: f32,
}

impl Warp {
    /// What lies inside is stretched, what lies around keeps its distance to the edges: borders stay as wide as they are.
    pub(crate) fn apply(&self, rect: PhysicalRect) -> PhysicalRect {
        let along = |at: i32, from: (i32, i32), to: (i32, i32)| {
            if at <= from.0 {
                to.0.saturating_add(at - from.0)
            } else if at >= from.1 {
                to.1.saturating_add(at - from.1)
            } else {
                let part = f64::from(at - from.0) / f64::from((from.1 - from.0).max(1));
                to.0 + (part * f64::from(to.1 - to.0)).round() as i32
            }
        };
        let x = |at| along(at, (self.from.min_x(), self.from.max_x()), (self.to.min_x(), self.to.max_x()));
        let y = |at| along(at, (self.from.min_y(), self.from.max_y()), (self.to.min_y(), self.to.max_y()));
        let (left, top) = (x(rect.min_x()), y(rect.min_y()));
        Rect::new(Point2D::new(left, top), Size2D::new((x(rect.max_x()) - left).max(0), (y(rect.max_y()) - top).max(0)))
    }
}

fn look(rect: LogicalRect, opacity: f64) -> Look {
    [rect.min_x(), rect.min_y(), rect.width(), rect.height(), opacity]
}

fn rect([x, y, width, height, _]: Look) -> LogicalRect {
    LogicalRect::new(LogicalPoint::new(x, y), LogicalSize::new(width.max(1.0), height.max(1.0)))
}

fn smaller(rect: LogicalRect) -> LogicalRect {
    let size = rect.size * SMALL;
    LogicalRect::new(centred(size, rect), size)
}

impl Motions {
    /// Whether anything moves, as far as was known when it was looked the last time.
    pub(crate) fn are_under_way(&self) -> bool {
        !self.courses.is_empty() || !self.fading.is_empty()
    }
}

impl Desktop {
    /// Whether something moves: then every frame shows something new, and [`crate::Event::Tick`] before it brings what is known up to date.
    pub fn is_moving(&self) -> bool {
        self.motions.are_under_way()
    }

    /// Sees what has moved since it looked the last time, and lets it do so in time.
    pub(crate) fn animate(&mut self, now: Timestamp) {
        let animations = self.settings.animations;
        if !animations.enabled || self.lock.on {
            self.motions = Motions::default();
            return;
        }
        let mut motions = std::mem::take(&mut self.motions);
        motions.courses.retain(|_, course| !course.is_over(now));
        motions.fading.retain(|fading| !fading.course.is_over(now));
        let shown: BTreeMap<OutputId, WorkspaceId> =
            self.outputs.ids().into_iter().filter_map(|output| Some((output, self.workspaces.active_on(output)?.id))).collect();
        let known: BTreeMap<WindowId, Known> = self.windows.iter().filter_map(|window| Some((window.id, self.known(window)?))).collect();
        if std::mem::replace(&mut motions.started, true) {
            let was_shown = std::mem::take(&mut motions.shown);
            let turns = |output: OutputId| self.turn_of(was_shown.get(&output).copied(), shown.get(&output).copied());
            for (id, now_known) in &known {
                // What one holds in the hand follows it, and nothing else.
                if self.follows_swipe() || self.pointer.grab.as_ref().is_some_and(|grab| grab.window == *id) {
                    motions.courses.remove(id);
                    continue;
                }
                let before = motions.known.get(id).copied();
                if before.is_some_and(|before| before.output != now_known.output) {
                    // Nobody sees a window between two outputs.
                    motions.courses.remove(id);
                    continue;
                }
                if let Some((from, to, movement)) = self.way(before, *now_known, &turns) {
                    motions.go(*id, from, to, movement, now, animations.speed);
                }
            }
            for (id, gone) in motions.known.iter().filter(|(id, _)| !known.contains_key(id)) {
                let under_way = motions.courses.remove(id).map(|course| course.at(now).0);
                if gone.seat == Seat::Seen && animations.close != Movement::Off && motions.fading.len() < MAX_FADING {
                    let from = under_way.unwrap_or_else(|| look(gone.rect, 1.0));
                    let to = look(smaller(gone.rect), 0.0);
                    let course = Course::new(from, [0.0; 5], to, now, animations.close, animations.speed);
                    // One that opened and closed again is one pane.
                    motions.fading.retain(|fading| fading.surface != gone.surface);
                    motions.fading.push(Fading { surface: gone.surface, output: gone.output, course });
                }
            }
        }
        motions.courses.retain(|id, _| known.contains_key(id));
        motions.known = known;
        motions.shown = shown;
        self.motions = motions;
    }

    fn known(&self, window: &Window) -> Option<Known> {
        if window.phase != Phase::Mapped {
            return None;
        }
        let drawn = self.drawn(window)?;
        if let Some((rect, output)) = self.in_hand(window) {
            return Some(Known { surface: window.surface, rect, output, seat: Seat::Seen });
        }
        if let Some((output, by)) = self.pulled(window) {
            let rect = drawn.area.translate(euclid::Vector2D::new(0.0, by));
            return Some(Known { surface: window.surface, rect, output, seat: Seat::Pulled });
        }
        let output = drawn.only_on.or_else(|| self.outputs.best_for(drawn.area).map(|output| output.id))?;
        let seat = match (self.on_screen(window), window.slot) {
            (true, Slot::Behind(_)) => Seat::Beyond,
            (true, _) => Seat::Seen,
            (false, _) => Seat::Hidden,
        };
        Some(Known { surface: window.surface, rect: drawn.area, output, seat })
    }

    /// How far below its place a window is that fingers pull, and on which output.
    fn pulled(&self, window: &Window) -> Option<(OutputId, f64)> {
        let slide = self.slide()?;
        let moves = window.shown() && !window.modes.sticky && !matches!(window.slot, Slot::Behind(_));
        let home = window.home.workspace.filter(|_| moves)?;
        if home == slide.from {
            return Some((slide.output, slide.by));
        }
        let height = self.outputs.get(slide.output)?.area().height();
        (slide.to == Some(home)).then(|| (slide.output, slide.by + if slide.by < 0.0 { height } else { -height }))
    }

    /// How many of its heights an output has gone down the list of workspaces. 0: it shows the same.
    fn turn_of(&self, was: Option<WorkspaceId>, now: Option<WorkspaceId>) -> f64 {
        let (Some(was), Some(now)) = (was, now) else { return 0.0 };
        if was == now {
            return 0.0;
        }
        // One that is gone was the empty one at the end.
        let index = |id| self.workspaces.get(id).map_or(usize::MAX, |_| self.workspaces.index(id));
        if index(now) >= index(was) { 1.0 } else { -1.0 }
    }

    /// From where to where a window goes. `None`: it stays.
    fn way(&self, before: Option<Known>, now: Known, turns: &impl Fn(OutputId) -> f64) -> Option<(Look, Look, Movement)> {
        let animations = self.settings.animations;
        let height = self.outputs.get(now.output).map_or(0.0, |output| output.area().height());
        let turn = turns(now.output);
        let beside = |by: f64| now.rect.translate(euclid::Vector2D::new(0.0, by * height));
        let here = look(now.rect, 1.0);
        Some(match (before.map(|before| before.seat), now.seat) {
            (None | Some(Seat::Hidden), Seat::Seen) if turn != 0.0 => (look(beside(turn), 1.0), here, animations.workspace),
            (None | Some(Seat::Hidden), Seat::Seen) => (look(smaller(now.rect), 0.0), here, animations.open),
            (Some(Seat::Pulled), Seat::Hidden) => {
                // Out to where it comes from.
                let from = before?.rect;
                let side = if from.min_y() < now.rect.min_y() { -1.0 } else { 1.0 };
                (look(from, 1.0), look(beside(side), 1.0), animations.workspace)
            }
            (Some(Seat::Pulled), Seat::Seen) => (look(before?.rect, 1.0), here, animations.workspace),
            // From where it was seen: where it is now nobody has seen it.
            (Some(Seat::Seen), Seat::Hidden) if turn != 0.0 => {
                let from = before?.rect;
                let to = from.translate(euclid::Vector2D::new(0.0, -turn * height));
                (look(from, 1.0), look(to, 1.0), animations.workspace)
            }
            (Some(Seat::Seen), Seat::Hidden) => {
                let from = before?.rect;
                (look(from, 1.0), look(smaller(from), 0.0), animations.close)
            }
            (Some(Seat::Seen | Seat::Beyond), Seat::Seen | Seat::Beyond) => {
                let before = before.filter(|before| before.output == now.output && before.rect != now.rect)?;
                if before.seat == Seat::Beyond && now.seat == Seat::Beyond {
                    return None;
                }
                (look(before.rect, 1.0), here, animations.shift)
            }
            (_, Seat::Hidden | Seat::Beyond | Seat::Pulled) => return None,
        })
    }

    /// How a window is painted on this grid that is at `area` when it has arrived.
    pub(crate) fn warp(&self, id: WindowId, area: LogicalRect, grid: Grid, now: Timestamp) -> Option<Warp> {
        let course = self.motions.courses.get(&id).filter(|course| !course.is_over(now))?;
        let (at, _) = course.at(now);
        Some(Warp { from: grid.pixels(area), to: grid.pixels(rect(at)), opacity: at[4].clamp(0.0, 1.0) as f32 })
    }

    /// Windows that go out of view and are still seen to.
    pub(crate) fn leaving(&self, now: Timestamp) -> impl Iterator<Item = &Window> {
        let under_way = self.motions.courses.iter().filter(move |(_, course)| !course.is_over(now));
        under_way.filter_map(|(id, _)| self.windows.get(*id)).filter(|window| window.phase == Phase::Mapped && !self.seen(window))
    }

    /// What is left of windows that have closed: which, where, and how much of it one sees.
    pub(crate) fn fading(&self, now: Timestamp) -> impl Iterator<Item = (Fading, LogicalRect, f32)> {
        let under_way = self.motions.fading.iter().filter(move |fading| !fading.course.is_over(now));
        under_way.map(move |fading| {
            let (at, _) = fading.course.at(now);
            (*fading, rect(at), at[4].clamp(0.0, 1.0) as f32)
        })
    }
}

impl Motions {
    /// Sends a window there: from where it is, if it is under way.
    fn go(&mut self, id: WindowId, from: Look, to: Look, movement: Movement, now: Timestamp, speed: f64) {
        let under_way = self.courses.get(&id);
        if movement == Movement::Off {
            self.courses.remove(&id);
            return;
        }
        if under_way.is_some_and(|course| course.to() == to) {
            return;
        }
        let (from, velocity) = under_way.map_or((from, [0.0; 5]), |course| course.at(now));
        self.courses.insert(id, Course::new(from, velocity, to, now, movement, speed));
    }
}
