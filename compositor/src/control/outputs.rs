//! `org.glasshouse.Outputs1`.

use crate::{
    State,
    bus::{self, BusError, OutputsRequest},
};

impl State {
    pub(super) fn handle_outputs(&mut self, request: OutputsRequest) {
        match request {
            OutputsRequest::Create { caller, command, reply } => {
                let result = self.run(&caller, command).map_err(|refusal| bus::refusal(&refusal));
                self.settle();
                // The newest is the last. A caller that has gone away needs no answer.
                let name = self.desktop.all_outputs().last().map(|output| output.mode.name.clone());
                let _ = reply.send(result.and_then(|()| name.ok_or_else(|| BusError::Internal("the output is not there".into()))));
            }
        }
    }
}
