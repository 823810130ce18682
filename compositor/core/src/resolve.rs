//! Which window and which output a command means.

use glasshouse_scene::OutputId;

use crate::{
    command::{Direction, OutputRef, Refusal, WindowRef},
    desktop::Desktop,
    ids::WindowId,
    output::Output,
    window::{Phase, Window},
};

impl Desktop {
    /// The window that is meant.
    ///
    /// # Errors
    /// [`Refusal::NoWindow`] with what there is, or [`Refusal::NothingThere`].
    pub fn resolve_window(&self, asked: &WindowRef) -> Result<WindowId, Refusal> {
        let none = || Refusal::no_window(asked, self.windows.iter().map(|window| window.id).collect());
        let mapped = |id: &&WindowId| self.windows.get(**id).is_some_and(|window| window.phase == Phase::Mapped);
        let recent = || self.windows.history.iter().rev();
        match asked {
            WindowRef::Focused => self.next_focus().ok_or_else(none),
            WindowRef::Pointed => self.under(self.pointer.at).and_then(|under| under.window).ok_or_else(none),
            WindowRef::Direction(direction) => self.window_towards(*direction),
            WindowRef::Next => self.cycle(1).ok_or_else(none),
            WindowRef::Previous => self.cycle(-1).ok_or_else(none),
            WindowRef::Last => {
                let focused = self.next_focus();
                recent().filter(mapped).find(|id| Some(**id) != focused).copied().ok_or_else(none)
            }
            WindowRef::Id(id) => self.windows.get(*id).map(|window| window.id).ok_or_else(none),
            WindowRef::AppId(app_id) => self.most_recent(|window| window.app_id == *app_id).ok_or_else(none),
            WindowRef::Title(part) => self.most_recent(|window| window.title.contains(part)).ok_or_else(none),
            WindowRef::Mark(mark) => self.marked(mark).ok_or_else(none),
            WindowRef::Pid(pid) => self.most_recent(|window| window.client.pid == Some(*pid)).ok_or_else(none),
        }
    }

    /// The mapped window that had the keyboard last, of those that fit.
    fn most_recent(&self, fits: impl Fn(&Window) -> bool) -> Option<WindowId> {
        self.windows.history.iter().rev().filter_map(|id| self.windows.get(*id)).find(|window| fits(window)).map(|window| window.id)
    }

    /// The window so many places after the focused one, around the ends. Minimized windows are passed over.
    fn cycle(&self, by: isize) -> Option<WindowId> {
        let shown: Vec<WindowId> =
            self.workspaces.focused()?.windows.iter().copied().filter(|id| self.windows.get(*id).is_some_and(Window::shown)).collect();
        let count = isize::try_from(shown.len()).ok().filter(|count| *count > 0)?;
        let focused = self.next_focus();
        let at = shown.iter().position(|id| Some(*id) == focused).and_then(|at| isize::try_from(at).ok());
        let to = match at {
            Some(at) => (at + by).rem_euclid(count),
            None => 0,
        };
        shown.get(usize::try_from(to).ok()?).copied()
    }

    /// The nearest window in a direction, from the focused one or else from the pointer.
    fn window_towards(&self, direction: Direction) -> Result<WindowId, Refusal> {
        self.nearest_towards(direction).ok_or(Refusal::NothingThere(direction))
    }

    /// # Errors
    /// [`Refusal::NoOutput`] with what there is.
    pub fn resolve_output(&self, asked: &OutputRef) -> Result<OutputId, Refusal> {
        self.output_of(asked).map(|output| output.id)
    }

    /// As [`Self::resolve_output`], also a mirror: something that can be looked at.
    ///
    /// # Errors
    /// [`Refusal::NoOutput`] with what there is.
    pub fn resolve_screen(&self, asked: &OutputRef) -> Result<OutputId, Refusal> {
        let mirror = self.any_output_of(asked).ok().filter(|output| output.source().is_some());
        mirror.map_or_else(|| self.resolve_output(asked), |mirror| Ok(mirror.id))
    }

    /// A mirror means the output that it shows.
    pub(crate) fn output_of(&self, asked: &OutputRef) -> Result<&Output, Refusal> {
        let found = match asked {
            OutputRef::Focused => {
                self.workspaces.focused.and_then(|id| self.outputs.get(id)).or_else(|| self.outputs.nearest(self.pointer.at))
            }
            OutputRef::Named(name) => self.outputs.any_named(name),
            OutputRef::Id(id) => self.outputs.any(*id),
        };
        let found = found.and_then(|output| self.outputs.get(output.source().unwrap_or(output.id)));
        found.ok_or_else(|| Refusal::no_output(asked.clone(), self.outputs.iter().map(|output| output.mode.name.clone()).collect()))
    }
}
