//! Commands about layouts: one arm per command.

use crate::{
    command::{Change, Command, Direction, LayoutKind, Refusal, Switch, WidthChange, WindowRef},
    desktop::Desktop,
    grid::tame,
    ids::WindowId,
    layout::tiles::{Columns, ContainerLayout, Input, Layout as _, MasterStack, Sharing, Tiling, Tree, Width},
};

/// How far a floating window moves in one step, in logical pixels.
const STEP: f64 = 40.0;

/// No command makes a column wider than one can be written down, in logical pixels.
const MAX_WIDTH: f64 = 100_000.0;

/// More masters than anybody has windows.
const MAX_MASTERS: f64 = 1000.0;

impl Desktop {
    /// # Errors
    /// [`Refusal::WrongLayout`] for what another layout does, [`Refusal::NothingToChange`] at its limits.
    pub(crate) fn tile_command(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::SetLayout { layout, workspace } => {
                let workspace = self.resolve_workspace(&workspace)?;
                if let LayoutKind::Outside(name) = layout {
                    self.outside.known(name)?;
                }
                self.set_layout(workspace, layout);
                Ok(())
            }
            Command::SetLayoutParameters { text, workspace } => {
                let workspace = self.resolve_workspace(&workspace)?;
                self.set_layout_parameters(workspace, &text)
            }
            Command::CycleLayout { back, workspace } => {
                let workspace = self.resolve_workspace(&workspace)?;
                self.cycle_layout(workspace, back.of(false));
                Ok(())
            }
            Command::MoveTowards { direction, window } => self.move_towards(&window, direction),
            Command::Balance { window } => {
                let id = self.tile(&window)?;
                self.change_tiling(id, |tiling, _| match tiling {
                    Tiling::Columns(columns) => drop(columns.reset_heights(id)),
                    Tiling::Tree(tree) => drop(tree.reset_sizes(id)),
                    Tiling::MasterStack(layout) => layout.reset_sizes(),
                    Tiling::Outside(layout) => layout.forget_wishes(),
                    Tiling::Grid(_) | Tiling::Monocle(_) => {}
                })
            }
            Command::ConsumeOrExpel { direction, window } => {
                self.columns(&window, "consume-or-expel", |columns, id, input| columns.consume_or_expel(id, direction, input))
            }
            Command::MoveColumn { to, window } => {
                self.columns(&window, "move-column", |columns, id, input| columns.move_column(id, to, input))
            }
            Command::FocusColumn { to } => {
                let id = self.tile(&WindowRef::Focused)?;
                let next = self.change_tiling(id, |tiling, _| match tiling {
                    Tiling::Columns(columns) => Ok(columns.window_in(id, to)),
                    _ => Err(wrong_layout("focus-column", "columns", tiling)),
                })??;
                self.focus_window(next.ok_or(Refusal::NothingToChange("there is no column"))?);
                Ok(())
            }
            Command::SetColumnWidth { width, window } => self.columns(&window, "set-column-width", |columns, id, input| {
                let now = columns.width(id).map_or(input.options.columns.width, |(width, _)| width);
                let room = (tame(input.area.width()) + input.gap).max(1.0);
                let length = |width| match width {
                    Width::Fraction(fraction) => fraction * room - input.gap,
                    Width::Fixed(length) => length,
                };
                let width = match (width, now) {
                    (WidthChange::To(width), _) => width,
                    (WidthChange::By(Width::Fraction(by)), Width::Fraction(now)) => Width::Fraction((now + by).clamp(0.05, 10.0)),
                    (WidthChange::By(Width::Fraction(by)), now) => Width::Fixed((length(now) + by * room).clamp(1.0, MAX_WIDTH)),
                    (WidthChange::By(Width::Fixed(by)), now) => Width::Fixed((length(now) + by).clamp(1.0, MAX_WIDTH)),
                };
                columns.set_width(id, width, input)
            }),
            Command::CycleColumnWidth { back, window } => {
                self.columns(&window, "cycle-column-width", |columns, id, input| columns.cycle_width(id, !back.of(false), input))
            }
            Command::CycleWindowHeight { back, window } => {
                self.columns(&window, "cycle-window-height", |columns, id, input| columns.cycle_height(id, !back.of(false), input))
            }
            Command::SetFullWidth { on, window } => self.columns(&window, "set-full-width", |columns, id, _| {
                let full = columns.width(id).is_some_and(|(_, full)| full);
                columns.set_full_width(id, on.of(full));
                true
            }),
            Command::SetTabbed { on, window } => self.set_tabbed(&window, on),
            Command::CentreColumn { window } => {
                self.columns(&window, "centre-column", |columns, id, input| columns.centre_column(id, input))
            }
            Command::ScrollView { by } => {
                let id = self.tile(&WindowRef::Focused)?;
                let next = self.change_tiling(id, |tiling, input| match tiling {
                    Tiling::Columns(columns) => Ok(columns.scroll(by, input)),
                    _ => Err(wrong_layout("scroll-view", "columns", tiling)),
                })??;
                if let Some(next) = next {
                    self.focus_window(next);
                }
                Ok(())
            }
            Command::Split { split, window } => self.tree(&window, "split", |tree, id| tree.split(id, split)),
            Command::SetContainerLayout { layout, window } => self.tree(&window, "set-container-layout", |tree, id| {
                tree.set_layout(id, layout);
                true
            }),
            Command::FocusParent {} => self.tree(&WindowRef::Focused, "focus-parent", Tree::focus_parent),
            Command::FocusChild {} => self.tree(&WindowRef::Focused, "focus-child", Tree::focus_child),
            Command::Flatten { window } => self.tree(&window, "flatten", |tree, _| tree.flatten()),
            Command::Promote { window } => self.master_stack(&window, "promote", MasterStack::promote),
            Command::SetMasters { count, window } => self.master_stack(&window, "set-masters", |layout, _| {
                let now = layout.masters() as f64;
                let masters = count.of(now).round().clamp(0.0, MAX_MASTERS);
                layout.set_masters(masters as usize);
                masters != now
            }),
            Command::SetMasterFraction { fraction, window } => self.master_stack(&window, "set-master-fraction", |layout, _| {
                let before = layout.fraction();
                layout.set_fraction(fraction.of(before));
                before != layout.fraction() || matches!(fraction, Change::To(_))
            }),
            Command::SetMasterSide { side, window } => self.master_stack(&window, "set-master-side", |layout, _| {
                layout.set_side(side);
                true
            }),
            other => Err(Refusal::NotInTransaction(other.name())),
        }
    }

    /// A window that is a tile.
    pub(crate) fn tile(&self, asked: &WindowRef) -> Result<WindowId, Refusal> {
        let id = self.mapped(asked)?;
        self.tiled_on(id).map(|_| id)
    }

    fn columns(
        &mut self,
        asked: &WindowRef,
        name: &'static str,
        change: impl FnOnce(&mut Columns, WindowId, &Input<'_>) -> bool,
    ) -> Result<(), Refusal> {
        let id = self.tile(asked)?;
        let changed = self.change_tiling(id, |tiling, input| match tiling {
            Tiling::Columns(columns) => Ok(change(columns, id, input)),
            _ => Err(wrong_layout(name, "columns", tiling)),
        })??;
        changed.then_some(()).ok_or(Refusal::NothingToChange("the columns are like that already, or there is none on that side"))
    }

    fn tree(&mut self, asked: &WindowRef, name: &'static str, change: impl FnOnce(&mut Tree, WindowId) -> bool) -> Result<(), Refusal> {
        let id = self.tile(asked)?;
        let changed = self.change_tiling(id, |tiling, _| match tiling {
            Tiling::Tree(tree) => Ok(change(tree, id)),
            _ => Err(wrong_layout(name, "tree", tiling)),
        })??;
        changed.then_some(()).ok_or(Refusal::NothingToChange("the containers are like that already"))
    }

    fn master_stack(
        &mut self,
        asked: &WindowRef,
        name: &'static str,
        change: impl FnOnce(&mut MasterStack, WindowId) -> bool,
    ) -> Result<(), Refusal> {
        let id = self.tile(asked)?;
        let changed = self.change_tiling(id, |tiling, _| match tiling {
            Tiling::MasterStack(layout) => Ok(change(layout, id)),
            _ => Err(wrong_layout(name, "master-stack", tiling)),
        })??;
        changed.then_some(()).ok_or(Refusal::NothingToChange("the masters are like that already"))
    }

    fn set_tabbed(&mut self, asked: &WindowRef, on: Switch) -> Result<(), Refusal> {
        let id = self.tile(asked)?;
        self.change_tiling(id, |tiling, _| match tiling {
            Tiling::Columns(columns) => {
                let tabbed = on.of(columns.sharing(id) == Some(Sharing::Tabbed));
                columns.set_sharing(id, if tabbed { Sharing::Tabbed } else { Sharing::Stacked });
                Ok(())
            }
            Tiling::Tree(tree) => {
                let now = tree.layout(id).unwrap_or_default();
                let is_tabbed = matches!(now, ContainerLayout::Tabbed | ContainerLayout::Stacked);
                match (on.of(is_tabbed), is_tabbed) {
                    (true, false) => drop(tree.set_layout(id, ContainerLayout::Tabbed)),
                    (false, true) => drop(tree.set_layout(id, ContainerLayout::SplitH)),
                    _ => {}
                }
                Ok(())
            }
            _ => Err(wrong_layout("set-tabbed", "columns or tree", tiling)),
        })?
    }

    /// One step in the layout; from its edge on to the next output. What floats moves by a step.
    fn move_towards(&mut self, asked: &WindowRef, direction: Direction) -> Result<(), Refusal> {
        let id = self.mapped(asked)?;
        if self.tiled_on(id).is_err() {
            let id = self.floating(asked)?;
            let by = match direction {
                Direction::Left => euclid::Vector2D::new(-STEP, 0.0),
                Direction::Right => euclid::Vector2D::new(STEP, 0.0),
                Direction::Up => euclid::Vector2D::new(0.0, -STEP),
                Direction::Down => euclid::Vector2D::new(0.0, STEP),
            };
            let at = self.windows.get(id).and_then(|window| window.float.at).unwrap_or_default();
            return self.move_window(id, at + by);
        }
        if self.change_tiling(id, |tiling, input| tiling.move_window(id, direction, input))? {
            return Ok(());
        }
        let from = self.windows.get(id).and_then(|window| self.home_of(window)).map(|output| output.area());
        let next = from.and_then(|from| self.outputs.next_to(from, direction)).ok_or(Refusal::NothingThere(direction))?;
        let Some(to) = self.workspaces.active_on(next).map(|workspace| workspace.id) else { return Err(Refusal::NothingThere(direction)) };
        self.move_to_workspace(id, to, None)?;
        // It comes in at the side that it came from.
        if matches!(direction, Direction::Right | Direction::Down)
            && let Some(workspace) = self.workspaces.get_mut(to)
        {
            workspace.windows.retain(|other| *other != id);
            workspace.windows.insert(0, id);
        }
        self.touch();
        Ok(())
    }
}

fn wrong_layout(command: &'static str, needs: &'static str, now: &Tiling) -> Refusal {
    Refusal::WrongLayout { command, needs, now: now.kind() }
}
