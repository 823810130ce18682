//! `org.glasshouse.Commands1`.

use glasshouse_core::{Caller, Command, Preview, Refusal};
use glasshouse_protocols as wire;

use crate::{
    State,
    bus::{self, CommandsRequest, Reply},
    configuration::Answer,
    telemetry::Kind,
};

impl State {
    pub(super) fn handle_commands(&mut self, request: CommandsRequest) {
        match request {
            CommandsRequest::Run { caller, command, reply }
                if matches!(command, Command::SetOption { .. } | Command::ResetOption { .. } | Command::ReloadConfig {}) =>
            {
                match self.allowed(&caller, (&command).into()) {
                    Ok(()) => self.traced(Kind::Command, |state| state.configure_by(&caller, &command, Answer::Bus(reply))),
                    Err(error) => drop(reply.send(Err(error))),
                }
            }
            CommandsRequest::Run { caller, command, reply } => {
                let result = self.run(&caller, command).map_err(|refusal| bus::refusal(&refusal));
                self.settle();
                self.answer_after_flush(result, reply);
            }
            CommandsRequest::Transaction { caller, commands, reply } => {
                let result = self.run_all(&caller, &commands).map_err(|refused| bus::refused(&refused));
                self.settle();
                self.answer_after_flush(result, reply);
            }
            CommandsRequest::DryRun { caller, commands, reply } => {
                let result = self.desktop.dry_run(&caller, &commands, self.now);
                let _ = reply.send(result.map(|preview| self.wire_preview(preview)).map_err(|refused| bus::refused(&refused)));
            }
            CommandsRequest::Undo { caller, reply } => {
                let text = self.desktop.undoable().unwrap_or_default().to_owned();
                self.step_through(&caller, Command::Undo {}, text, reply);
            }
            CommandsRequest::Redo { caller, reply } => {
                let text = self.desktop.redoable().unwrap_or_default().to_owned();
                self.step_through(&caller, Command::Redo {}, text, reply);
            }
        }
    }

    fn step_through(&mut self, caller: &Caller, command: Command, text: String, reply: Reply<String>) {
        let result: Result<(), Refusal> = self.run(caller, command);
        self.settle();
        // A caller that has gone away needs no answer.
        let _ = reply.send(result.map(|()| text).map_err(|refusal| bus::refusal(&refusal)));
    }

    fn wire_preview(&self, preview: Preview) -> wire::Preview {
        wire::Preview {
            windows: preview.windows.iter().map(|info| self.wire_window(info)).collect(),
            outputs: preview.outputs.iter().map(bus::output).collect(),
            outputs_removed: preview.outputs_removed.iter().map(|id| id.0).collect(),
            closes: preview.closes.iter().map(|id| id.0).collect(),
            quits: preview.quits,
        }
    }
}
