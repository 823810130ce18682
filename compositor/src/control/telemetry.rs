//! `org.glasshouse.Telemetry1`: figures, traces, and what agents report.

use glasshouse_core::{Act, Caller};
use glasshouse_protocols::{Payload, event::AgentTask};

use crate::{
    State,
    bus::{BusError, InputAction, TelemetryRequest},
    events::answer,
    telemetry::Kind,
};

impl State {
    pub(super) fn handle_telemetry(&mut self, caller: &Caller, request: TelemetryRequest) {
        let allowed = self.allowed(caller, Act::Observe);
        match request {
            TelemetryRequest::Metrics { reply } => match allowed {
                Ok(()) => self.ask_metrics(Box::new(|snapshot| answer(reply, Ok(snapshot.metrics.clone())))),
                Err(error) => answer(reply, Err(error)),
            },
            TelemetryRequest::Traces { last, reply } => {
                let last = usize::try_from(last).unwrap_or(usize::MAX);
                answer(reply, allowed.map(|()| self.telemetry.traces.newest(last)));
            }
            TelemetryRequest::Trace { id, reply } => {
                let traces = &self.telemetry.traces;
                let unknown = || {
                    BusError::BadArgument(match traces.range() {
                        Some((first, last)) => format!("there is no trace {id}; those from {first} to {last} are kept"),
                        None => format!("there is no trace {id}; nothing was put in yet"),
                    })
                };
                answer(reply, allowed.and_then(|()| traces.get(id).ok_or_else(unknown)));
            }
            TelemetryRequest::ReportTask { task, outcome, details, reply } => {
                let result = allowed.map(|()| {
                    let pid = if let Caller::Program { pid, .. } = caller { *pid } else { None };
                    self.publish(Payload::AgentTaskCompleted(AgentTask { task, outcome, details, pid }));
                });
                answer(reply, result);
            }
        }
    }
}

/// What a call counts as: all of its events are one input.
pub(super) fn kind(action: &InputAction) -> Kind {
    match action {
        InputAction::Type(_) => Kind::Text,
        InputAction::Key(_) => Kind::Key,
        InputAction::Click { .. } | InputAction::Button { .. } => Kind::Button,
        InputAction::MoveTo(_) => Kind::Pointer,
        InputAction::Scroll { .. } => Kind::Scroll,
        InputAction::Touch { .. } => Kind::Touch,
        InputAction::Gesture { .. } => Kind::Gesture,
    }
}
