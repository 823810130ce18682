//! `org.glasshouse.Session1`.

use glasshouse_core::{Act, Caller, Command, Refusal};

use crate::{
    State,
    bus::{self, SessionRequest},
    session::{Answer, Saved, snapshot_name},
    telemetry::Kind,
};

impl State {
    pub(super) fn handle_session(&mut self, caller: &Caller, request: SessionRequest) {
        match request {
            SessionRequest::Create { name, reply } => {
                let refused = self.traced(Kind::Command, |state| state.save_snapshot(caller, name, Answer::Bus(reply)));
                refuse(refused);
            }
            SessionRequest::Restore { name, reply } => {
                let refused = self.traced(Kind::Command, |state| state.restore_snapshot(caller, name, Answer::Bus(reply)));
                refuse(refused);
            }
            // A caller that has gone away needs no answer.
            SessionRequest::List { saved, reply } => match self.allowed(caller, Act::Observe) {
                Ok(()) => self.list_saved(saved, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            SessionRequest::Diff { name, reply } => match self.allowed(caller, Act::Observe).and_then(|()| snapshot_name(&name)) {
                Ok(name) => self.diff_snapshot(name, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            SessionRequest::SaveLayout { name, workspace, reply } => {
                refuse(self.traced(Kind::Command, |state| state.save_layout(caller, name, workspace, Answer::Bus(reply))));
            }
            SessionRequest::RestoreLayout { name, patience, reply } => {
                refuse(self.traced(Kind::Command, |state| state.restore_layout(caller, name, patience, Answer::Bus(reply))));
            }
            SessionRequest::Delete { saved, name, reply } => {
                // Who may make one may remove one.
                let command = match saved {
                    Saved::Snapshot => Command::SaveSnapshot { name: name.clone() },
                    Saved::Layout => Command::SaveLayout { name: name.clone(), workspace: None },
                };
                match self.allowed(caller, Act::Command(&command)).and_then(|()| snapshot_name(&name)) {
                    Ok(name) => self.delete_saved(saved, name, reply),
                    Err(error) => drop(reply.send(Err(error))),
                }
            }
        }
    }
}

/// Nobody else will answer.
fn refuse(result: Result<(), (Refusal, Answer)>) {
    if let Err((refusal, Answer::Bus(reply))) = result {
        let error = match refusal {
            Refusal::Edge(sentence) => bus::BusError::BadArgument(sentence),
            refusal => bus::refusal(&refusal),
        };
        let _ = reply.send(Err(error)); // A caller that has gone away needs no answer.
    }
}
