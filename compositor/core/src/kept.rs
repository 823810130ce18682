//! Arrangements that are kept by name, and put up again with the windows that are missing.
//!
//! What is here is placed at once, as a snapshot is; the rest is expected at its places, as windows are after a restart, while the edge starts
//! their programs.

use crate::{
    command::{Act, Caller, Command, Refusal},
    desktop::Desktop,
    effect::Effects,
    ids::{Timestamp, WindowId, WorkspaceId},
    memory::{Memory, RememberedWorkspace},
    permit::permit,
    recall::Places,
};

/// An arrangement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    pub memory: Memory,
    /// It is of one workspace, and goes to the one of that name, or if it has none to the one with the focus.
    pub single: bool,
}

impl Desktop {
    /// What is here now, on all workspaces or on one.
    ///
    /// # Errors
    ///
    /// [`Refusal::NothingToChange`] if there is no window there.
    pub fn keep(&self, workspace: Option<WorkspaceId>) -> Result<Kept, Refusal> {
        let mut memory = self.memory();
        if let Some(workspace) = workspace {
            let at = self.remembered_workspaces().iter().position(|(id, _)| *id == workspace);
            memory = at.map(|at| only(memory, at)).unwrap_or_default();
        }
        if memory.windows.is_empty() {
            return Err(Refusal::NothingToChange("there is no window there"));
        }
        Ok(Kept { memory, single: workspace.is_some() })
    }

    /// Puts up an arrangement of this name. Answers which of its windows are not here, by their numbers: they are expected at their places until
    /// [`Self::expect_no_more`].
    ///
    /// # Errors
    ///
    /// [`Refusal::NotPermitted`] or [`Refusal::Locked`]; the desktop is then as it was.
    pub fn restore_kept(&mut self, caller: &Caller, name: &str, kept: &Kept, now: Timestamp) -> Result<(Effects, Vec<usize>), Refusal> {
        let command = Command::RestoreLayout { name: name.to_owned() };
        permit(caller, &command, self)?;
        permit(caller, Act::Launch, self)?;
        let before = self.arrangement();
        let mut memory = kept.memory.clone();
        let mut places = self.places(&memory);
        if kept.single {
            places = self.single_place(&mut memory);
        }
        let (found, places) = self.put_memory(&memory, places);
        if kept.single
            && let Some(id) = places.known.get(&0)
        {
            self.workspaces.focus(*id);
        }
        self.returning.expect_rest(name, &memory, places, &found);
        let mut effects = Effects::new();
        self.settle(now, &mut effects);
        self.remember_change(&[command], &before);
        Ok((effects, self.returning.rest_of(name)))
    }

    /// Which workspace the only one of an arrangement is. There is one even if nobody has a window on it.
    fn single_place(&mut self, memory: &mut Memory) -> Places {
        let name = memory.workspaces.first().and_then(|workspace| workspace.name.clone());
        let named = self.workspaces.iter().find(|workspace| workspace.name.is_some() && workspace.name == name);
        let here = named.or_else(|| self.workspaces.focused().filter(|_| name.is_none()));
        let (id, output) = (here.map(|workspace| workspace.id), here.and_then(|workspace| workspace.output));
        let output = output.or_else(|| self.refuge()).and_then(|output| self.outputs.get(output)).map(|output| output.mode.name.clone());
        // It stays where it is, and what it was on before means nothing.
        for workspace in &mut memory.workspaces {
            workspace.output.clone_from(&output);
            workspace.returns_to = None;
        }
        let mut places = Places { workspaces: memory.workspaces.clone(), known: id.into_iter().map(|id| (0, id)).collect() };
        self.recall_workspace(&mut places, 0);
        places
    }

    /// The windows of this arrangement that have not come, by their numbers.
    pub fn expected_of(&self, name: &str) -> Vec<usize> {
        self.returning.rest_of(name)
    }

    /// A process was started for the window of this number: it is surest to be that one.
    pub fn expect_from(&mut self, name: &str, number: usize, pid: i32) {
        self.returning.is_made_by(name, number, pid);
    }

    /// What has not come of this arrangement opens like any other window from now on.
    pub fn expect_no_more(&mut self, name: &str) {
        self.returning.forget_kept(name);
    }
}

/// A memory of one of its workspaces alone.
fn only(memory: Memory, at: usize) -> Memory {
    let Memory { workspaces, windows, .. } = memory;
    let here: Vec<usize> =
        windows.iter().enumerate().filter(|(_, window)| window.workspace == Some(at)).map(|(number, _)| number).collect();
    let number = |old: WindowId| here.iter().position(|known| *known as u64 == old.0).map(|new| WindowId(new as u64));
    let workspaces: Vec<RememberedWorkspace> = workspaces
        .into_iter()
        .skip(at)
        .take(1)
        .map(|was| RememberedWorkspace { tiles: was.tiles.map(|tiles| tiles.renamed(number)), ..was })
        .collect();
    let mut windows: Vec<_> = windows.into_iter().filter(|window| window.workspace == Some(at)).collect();
    for window in &mut windows {
        window.workspace = Some(0);
        window.before_fullscreen = None;
    }
    Memory { workspaces, windows, ..Memory::default() }
}
