//! Outputs: what they are, where they lie, and which of them something is on.

use std::collections::VecDeque;

use euclid::Rect;
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId, PhysicalSize};

use crate::{
    command::{Direction, OutputMode, Refusal},
    grid::{Grid, distance},
};

/// More than this is a mistake in a script.
pub(crate) const MAX_OUTPUTS: usize = 64;
/// Explicit positions lie within this distance of the origin.
const MAX_POSITION: f64 = 1_000_000.0;
/// `wl_fixed` counts in 1/256: the nearest place to an edge that a client can be told.
const EDGE: f64 = 1.0 / 256.0;

/// An output, as others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputInfo {
    pub id: OutputId,
    pub mode: OutputMode,
    pub position: LogicalPoint,
    pub size: LogicalSize,
    /// The output without what layer surfaces keep for themselves, in the space of all outputs.
    pub work_area: LogicalRect,
    /// Whether it shows anything. One that does not is dark, and otherwise like any other.
    pub powered: bool,
    /// Whether it is used. Nothing is on one that is not, and programs do not see it.
    pub enabled: bool,
    /// The name of the output that it shows, or will show when that is there.
    pub mirror: Option<String>,
    /// The output that it shows now: then nothing is on it, and programs do not see it either.
    pub shows: Option<OutputId>,
}

/// What an output is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It has workspaces.
    Own,
    /// It shows what this output shows.
    Mirror(OutputId),
    Nothing,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) id: OutputId,
    pub(crate) mode: OutputMode,
    /// Where somebody wanted it. `None`: to the right of those before it.
    pub(crate) placed: Option<LogicalPoint>,
    pub(crate) position: LogicalPoint,
    pub(crate) work_area: LogicalRect,
    pub(crate) powered: bool,
    /// What somebody said.
    pub(crate) enabled: bool,
    /// Which output somebody wants to see on it.
    pub(crate) mirror: Option<String>,
    /// What follows from that: see [`crate::mirror`].
    pub(crate) now: Use,
}

impl Output {
    pub(crate) fn is_own(&self) -> bool {
        self.now == Use::Own
    }

    /// The output that it mirrors now.
    pub(crate) fn source(&self) -> Option<OutputId> {
        match self.now {
            Use::Mirror(source) => Some(source),
            Use::Own | Use::Nothing => None,
        }
    }

    /// What somebody chose of it, apart from its power.
    pub(crate) fn chosen(&self) -> (&OutputMode, Option<LogicalPoint>, bool, Option<&String>) {
        (&self.mode, self.placed, self.enabled, self.mirror.as_ref())
    }

    /// Upright: as the user sees it.
    pub(crate) fn pixels(&self) -> PhysicalSize {
        let pixels = PhysicalSize::new(self.mode.width.min(MAX_PIXELS) as i32, self.mode.height.min(MAX_PIXELS) as i32);
        self.mode.transform.apply_size(pixels)
    }

    pub(crate) fn size(&self) -> LogicalSize {
        let pixels = self.pixels().to_f64();
        LogicalSize::new(pixels.width / self.mode.scale, pixels.height / self.mode.scale)
    }

    pub(crate) fn area(&self) -> LogicalRect {
        Rect::new(self.position, self.size())
    }

    pub(crate) fn grid(&self) -> Grid {
        Grid { origin: self.position, scale: self.mode.scale }
    }

    pub(crate) fn info(&self) -> OutputInfo {
        OutputInfo {
            id: self.id,
            mode: self.mode.clone(),
            position: self.position,
            size: self.size(),
            work_area: self.work_area,
            powered: self.powered,
            enabled: self.enabled,
            mirror: self.mirror.clone(),
            shows: self.source(),
        }
    }
}

/// What one that was unplugged has again when it is plugged in.
#[derive(Debug, Clone, PartialEq)]
struct Departed {
    name: String,
    powered: bool,
    mirror: Option<String>,
}

/// All outputs, in the order in which they were added. Where nothing else is said, those that have workspaces are meant: the others are
/// nowhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    list: Vec<Output>,
    departed: VecDeque<Departed>,
    last: u64,
}

impl Outputs {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Output> {
        self.list.iter().filter(|output| output.is_own())
    }

    pub(crate) fn get(&self, id: OutputId) -> Option<&Output> {
        self.any(id).filter(|output| output.is_own())
    }

    pub(crate) fn ids(&self) -> Vec<OutputId> {
        self.iter().map(|output| output.id).collect()
    }

    /// Also those that are not used, and mirrors.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Output> {
        self.list.iter()
    }

    /// Also one that is not used, or a mirror.
    pub(crate) fn any(&self, id: OutputId) -> Option<&Output> {
        self.list.iter().find(|output| output.id == id)
    }

    pub(crate) fn any_mut(&mut self, id: OutputId) -> Option<&mut Output> {
        self.list.iter_mut().find(|output| output.id == id)
    }

    pub(crate) fn any_named(&self, name: &str) -> Option<&Output> {
        self.list.iter().find(|output| output.mode.name == name)
    }

    pub(crate) fn set_work_area(&mut self, id: OutputId, area: LogicalRect) {
        if let Some(output) = self.list.iter_mut().find(|output| output.id == id) {
            output.work_area = area;
        }
    }

    /// Adds one, or uses one that is there and is not used. What it is used for is for [`crate::Desktop`] to settle.
    pub(crate) fn add(&mut self, mode: OutputMode, position: Option<LogicalPoint>) -> Result<OutputId, Refusal> {
        let unused = self.any_named(&mode.name).filter(|output| !output.enabled).map(|output| output.id);
        if self.list.len() - usize::from(unused.is_some()) >= MAX_OUTPUTS {
            return Err(Refusal::BadOutput("fewer than 64 others"));
        }
        let mut mode = checked(mode)?;
        let placed = position.map(checked_position).transpose()?;
        // A name that nobody has chosen is no other output's, even if one had it.
        let chosen = !mode.name.is_empty();
        if !chosen {
            mode.name = self.free_name();
        } else if unused.is_none() && self.any_named(&mode.name).is_some() {
            return Err(Refusal::NameTaken(mode.name));
        }
        let was = self.departed.iter().position(|was| was.name == mode.name).and_then(|index| self.departed.remove(index));
        let was = was.filter(|_| chosen).unwrap_or(Departed { name: String::new(), powered: true, mirror: None });
        let id = unused.unwrap_or_else(|| {
            self.last += 1;
            OutputId(self.last)
        });
        self.list.retain(|output| output.id != id);
        let (position, work_area) = (placed.unwrap_or_default(), LogicalRect::zero());
        let Departed { powered, mirror, .. } = was;
        self.list.push(Output { id, mode, placed, position, work_area, powered, enabled: true, mirror, now: Use::Nothing });
        Ok(id)
    }

    /// Gives an output another mode. `position: None` leaves it where somebody put it.
    pub(crate) fn configure(&mut self, id: OutputId, mode: OutputMode, position: Option<LogicalPoint>) -> Result<(), Refusal> {
        let mut mode = checked(mode)?;
        let placed = position.map(checked_position).transpose()?;
        if !mode.name.is_empty() && self.list.iter().any(|output| output.id != id && output.mode.name == mode.name) {
            return Err(Refusal::NameTaken(mode.name));
        }
        let missing = self.missing(id);
        let output = self.list.iter_mut().find(|output| output.id == id).ok_or(missing)?;
        if mode.name.is_empty() {
            mode.name.clone_from(&output.mode.name);
        }
        let (before, after) = (output.mode.name.clone(), mode.name.clone());
        output.mode = mode;
        output.placed = placed.or(output.placed);
        if before != after {
            let mirrors = self.list.iter_mut().filter_map(|output| output.mirror.as_mut()).filter(|mirror| **mirror == before);
            mirrors.for_each(|mirror| mirror.clone_from(&after));
        }
        self.flow();
        Ok(())
    }

    pub(crate) fn set_powered(&mut self, id: OutputId, powered: bool) {
        if let Some(output) = self.any_mut(id) {
            output.powered = powered;
        }
    }

    /// Takes note of what an output is used for.
    pub(crate) fn set_use(&mut self, id: OutputId, now: Use) {
        if let Some(output) = self.any_mut(id) {
            output.now = now;
        }
        self.flow();
    }

    /// Makes an output what it was, as far as somebody chose it. What follows from that is for [`crate::Desktop`] to settle.
    pub(crate) fn put_back(&mut self, was: &Output) -> Result<(), Refusal> {
        self.configure(was.id, was.mode.clone(), was.placed)?;
        if let Some(output) = self.any_mut(was.id) {
            (output.placed, output.enabled) = (was.placed, was.enabled);
            output.mirror.clone_from(&was.mirror);
        }
        self.flow();
        Ok(())
    }

    /// Puts them into this order; others come after.
    pub(crate) fn reorder(&mut self, order: &[OutputId]) {
        self.list.sort_by_key(|output| order.iter().position(|id| *id == output.id).unwrap_or(usize::MAX));
        self.flow();
    }

    pub(crate) fn remove(&mut self, id: OutputId) -> Result<Output, Refusal> {
        let index = self.list.iter().position(|output| output.id == id).ok_or_else(|| self.missing(id))?;
        let output = self.list.remove(index);
        self.flow();
        Ok(output)
    }

    /// What is unplugged is the same when it is plugged in again: dark, or a mirror.
    pub(crate) fn remember_departed(&mut self, output: &Output) {
        self.departed.retain(|was| was.name != output.mode.name);
        if output.powered && output.mirror.is_none() {
            return;
        }
        if self.departed.len() >= MAX_OUTPUTS {
            self.departed.pop_front();
        }
        let Output { mode, powered, mirror, .. } = output.clone();
        self.departed.push_back(Departed { name: mode.name, powered, mirror });
    }

    /// Puts outputs without a place of their own to the right of those before them. Whole numbers, because that is what clients are told.
    fn flow(&mut self) {
        let mut right = 0.0_f64;
        for output in self.list.iter_mut().filter(|output| output.is_own()) {
            output.position = output.placed.unwrap_or(LogicalPoint::new(right, 0.0));
            right = right.max((output.area().max_x() - 1e-6).ceil());
        }
    }

    fn missing(&self, id: OutputId) -> Refusal {
        Refusal::no_output(id.into(), self.list.iter().map(|output| output.mode.name.clone()).collect())
    }

    fn free_name(&self) -> String {
        let taken = |name: &String| self.any_named(name).is_some();
        (1..=self.list.len() + 1).map(|n| format!("HEADLESS-{n}")).find(|name| !taken(name)).unwrap_or_default()
    }

    /// The output that shows this point.
    pub(crate) fn at(&self, point: LogicalPoint) -> Option<&Output> {
        self.iter().find(|output| output.area().contains(point))
    }

    /// The output that shows this point or is nearest to it. `None` only if there is none at all.
    pub(crate) fn nearest(&self, point: LogicalPoint) -> Option<&Output> {
        let distance = |output: &Output| (clamped(point, output.area()) - point).square_length();
        self.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// The output that something is on: the one with its centre, or else the one that shows most of it, or else the nearest.
    pub(crate) fn best_for(&self, area: LogicalRect) -> Option<&Output> {
        let shown = |output: &Output| area.intersection(&output.area()).map_or(0.0, |part| part.area());
        self.at(area.center())
            .or_else(|| self.iter().filter(|output| shown(output) > 0.0).max_by(|a, b| shown(a).total_cmp(&shown(b))))
            .or_else(|| self.nearest(area.center()))
    }

    /// The nearest output in a direction, seen from the middle of this area.
    pub(crate) fn next_to(&self, area: LogicalRect, direction: Direction) -> Option<OutputId> {
        let far = |output: &Output| distance(area.center(), output.area().center(), direction);
        let ahead = self.iter().filter_map(|output| Some((far(output)?, output.id)));
        ahead.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, id)| id)
    }

    /// The nearest point that an output shows.
    pub(crate) fn clamp(&self, point: LogicalPoint) -> LogicalPoint {
        self.nearest(point).map_or(point, |output| clamped(point, output.area()))
    }
}

fn clamped(point: LogicalPoint, area: LogicalRect) -> LogicalPoint {
    let x = point.x.min(area.max_x() - EDGE).max(area.min_x());
    let y = point.y.min(area.max_y() - EDGE).max(area.min_y());
    LogicalPoint::new(x, y)
}

/// What pixman, X11 and common GPUs agree on as the largest picture.
const MAX_PIXELS: u32 = 16_384;

fn checked(mut mode: OutputMode) -> Result<OutputMode, Refusal> {
    if !(1..=MAX_PIXELS).contains(&mode.width) || !(1..=MAX_PIXELS).contains(&mode.height) {
        return Err(Refusal::BadOutput("a width and a height from 1 to 16384 pixels"));
    }
    if !(0.25..=8.0).contains(&mode.scale) {
        return Err(Refusal::BadOutput("a scale from 0.25 to 8"));
    }
    if !(1_000..=1_000_000).contains(&mode.refresh_mhz) {
        return Err(Refusal::BadOutput("a refresh rate from 1 to 1000 Hz"));
    }
    if mode.name.len() > 128 || mode.name.chars().any(char::is_control) {
        return Err(Refusal::BadOutput("a name of at most 128 bytes without control characters"));
    }
    mode.scale = (mode.scale * 120.0).round() / 120.0;
    Ok(mode)
}

fn checked_position(position: LogicalPoint) -> Result<LogicalPoint, Refusal> {
    let fits = |x: f64| x.abs() <= MAX_POSITION;
    if fits(position.x) && fits(position.y) {
        Ok(position.round())
    } else {
        Err(Refusal::BadOutput("a position within a million of the origin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(width: u32, scale: f64) -> OutputMode {
        OutputMode { name: String::new(), width, height: 100, scale, refresh_mhz: 60_000, transform: Default::default() }
    }

    #[test]
    fn outputs_lie_left_to_right_on_whole_numbers_and_close_ranks() {
        let mut outputs = Outputs::default();
        let add = |outputs: &mut Outputs, mode| {
            let id = outputs.add(mode, None).unwrap();
            outputs.set_use(id, Use::Own);
            id
        };
        let first = add(&mut outputs, mode(1366, 1.2));
        let second = add(&mut outputs, mode(800, 1.0));
        assert_eq!(outputs.get(second).unwrap().position, LogicalPoint::new(1139.0, 0.0));
        outputs.remove(first).unwrap();
        assert_eq!(outputs.get(second).unwrap().position, LogicalPoint::zero());
        let third = add(&mut outputs, mode(800, 1.0));
        assert_eq!(outputs.get(third).unwrap().mode.name, "HEADLESS-1");
    }

    #[test]
    fn an_impossible_output_is_refused() {
        let mut outputs = Outputs::default();
        for bad in [mode(0, 1.0), mode(16_385, 1.0), mode(100, 0.2), mode(100, f64::NAN), OutputMode { refresh_mhz: 0, ..mode(100, 1.0) }] {
            assert!(matches!(outputs.add(bad, None), Err(Refusal::BadOutput(_))));
        }
        assert!(outputs.add(mode(1, 1.0), Some(LogicalPoint::new(f64::NAN, 0.0))).is_err());
    }
}
