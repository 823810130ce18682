//! `org.glasshouse.Config1`.

use std::sync::Arc;

use glasshouse_config::{Resolved, Shown};
use glasshouse_core::{Act, Caller};
use glasshouse_protocols::OptionValue;

use crate::{
    State,
    bus::{BusError, ConfigRequest, Reply},
    configuration::{Answer, Order},
    telemetry::Kind,
};

impl State {
    pub(super) fn handle_config(&mut self, request: ConfigRequest) {
        // A caller that has gone away needs no answer.
        match request {
            ConfigRequest::Show { caller, changed, reply } => {
                let shown = self.allowed(&caller, Act::Observe).and_then(|()| self.resolved());
                let _ = reply.send(shown.map(|resolved| {
                    let shown = if changed { resolved.diff() } else { resolved.show() };
                    shown.into_iter().map(wire).collect()
                }));
            }
            ConfigRequest::Get { caller, key, reply } => {
                let shown = self.allowed(&caller, Act::Observe).and_then(|()| self.resolved());
                let shown = shown.and_then(|resolved| resolved.get(&key).map_err(|problems| BusError::BadArgument(problems.to_string())));
                let _ = reply.send(shown.map(wire));
            }
            ConfigRequest::Problems { caller, reply } => {
                let problems = self.allowed(&caller, Act::Observe);
                let _ = reply.send(problems.map(|()| self.configuration.problems().unwrap_or_default().to_owned()));
            }
            ConfigRequest::Set { caller, key, value, reply } => match self.allowed(&caller, Act::Manage) {
                Ok(()) => self.ordered(&caller, Order::Set { key, value }, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            ConfigRequest::Reset { caller, key, reply } => match self.allowed(&caller, Act::Manage) {
                Ok(()) => self.ordered(&caller, Order::Reset { key }, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            ConfigRequest::Reload { caller, reply } => match self.allowed(&caller, Act::Manage) {
                Ok(()) => self.ordered(&caller, Order::Reload, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
        }
    }

    fn ordered(&mut self, caller: &Caller, order: Order, reply: Reply<()>) {
        self.traced(Kind::Command, |state| state.configure(order, Some(caller), Answer::Bus(reply)));
    }

    fn resolved(&self) -> Result<Arc<Resolved>, BusError> {
        self.configuration.current().cloned().ok_or_else(|| BusError::Refused("this desktop was started without a configuration".into()))
    }
}

fn wire(shown: Shown) -> OptionValue {
    OptionValue { key: shown.key, value: shown.value, origin: shown.origin.to_string(), default: shown.default }
}
