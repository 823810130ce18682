//! `org.glasshouse.Layouts1`: layouts that programs offer.

use std::{collections::BTreeMap, sync::Arc};

use glasshouse_core::{
    Act, Caller, Effects, Refusal,
    outside::{BadAnswer, LayoutInfo as Info, Offer, PATIENCE, ProviderId, Question, Subject},
};
use glasshouse_protocols::{
    Payload,
    event::LayoutsChanged,
    layouts::{ArrangeRequest, LayoutInfo, LayoutQuestion, LayoutWindow},
};
use tokio::sync::mpsc;

use crate::{
    State,
    bus::{self, BusError, LayoutsRequest},
};

/// Where the questions of each connection go that offers layouts.
#[derive(Debug, Default)]
pub struct Providers(BTreeMap<ProviderId, mpsc::Sender<ArrangeRequest>>);

impl State {
    pub(super) fn handle_layouts(&mut self, caller: &Caller, request: LayoutsRequest) {
        // A caller that has gone away needs no answer: hence `drop`.
        match request {
            // Its connection ended while this waited for its turn, and perhaps that was told before: nobody would take the offer back.
            LayoutsRequest::Register { questions, reply, .. } if questions.is_closed() => {
                drop(reply.send(Err(BusError::Refused("the connection that offers this layout has ended".to_owned()))));
            }
            LayoutsRequest::Register { provider, offer, questions, reply } => {
                // It is asked at once.
                let before = self.control.providers.0.insert(provider, questions);
                self.conclude();
                let result = self.desktop.offer_layout(caller, provider, offer, self.now);
                if result.is_err() && before.is_none() {
                    self.control.providers.0.remove(&provider);
                }
                drop(reply.send(self.offered(result)));
            }
            LayoutsRequest::Unregister { provider, name, reply } => {
                self.conclude();
                let result = self.desktop.withdraw_layout(provider, name, self.now);
                drop(reply.send(self.offered(result)));
            }
            LayoutsRequest::Refresh { provider, name, reply } => {
                self.conclude();
                let result = self.desktop.refresh_layout(provider, name, self.now);
                drop(reply.send(self.offered(result)));
            }
            LayoutsRequest::Arrange { provider, serial, placements, reply } => {
                let result = self.allowed(caller, Act::OfferLayouts).and_then(|()| {
                    self.conclude();
                    let (effects, result) = self.desktop.answer_layout(provider, serial, &placements, self.now);
                    self.decided(effects);
                    result.map_err(|bad| match bad {
                        BadAnswer::Over(_) => BusError::Stale(bad.to_string()),
                        bad => BusError::BadArgument(bad.to_string()),
                    })
                });
                drop(reply.send(result));
            }
            LayoutsRequest::List { reply } => {
                let result = self.allowed(caller, Act::Observe).map(|()| self.desktop.offered_layouts().iter().map(listed).collect());
                drop(reply.send(result));
            }
            LayoutsRequest::Gone { provider } => {
                self.control.providers.0.remove(&provider);
                self.conclude();
                let effects = self.desktop.provider_gone(provider, self.now);
                self.decided(effects);
            }
        }
    }

    fn offered(&mut self, result: Result<Effects, Refusal>) -> Result<(), BusError> {
        result.map(|effects| self.decided(effects)).map_err(|refusal| bus::refusal(&refusal))
    }

    /// Puts a question to a program. One that does not take it has its time all the same, and then the fallback stands.
    pub(crate) fn ask_layout(&self, provider: ProviderId, serial: u64, question: &Arc<Question>) {
        let Some(line) = self.control.providers.0.get(&provider) else { return };
        let request = ArrangeRequest {
            serial,
            question: self.wire_question(question),
            windows: question.windows.iter().map(|subject| self.wire_subject(subject)).collect(),
        };
        if line.try_send(request).is_err() {
            tracing::debug!(?provider, serial, "a program does not take its questions");
        }
    }

    /// Subscribers hear of other layouts.
    pub(crate) fn tell_layouts(&mut self) {
        let (answering, late): (Vec<Info>, Vec<Info>) = self.desktop.offered_layouts().into_iter().partition(|layout| layout.answers);
        let names = |layouts: Vec<Info>| layouts.iter().map(|layout| layout.offer.name.to_string()).collect();
        self.publish(Payload::LayoutsChanged(LayoutsChanged { layouts: names(answering), late: names(late) }));
    }

    fn wire_question(&self, question: &Question) -> LayoutQuestion {
        let workspace = self.desktop.workspace(question.workspace);
        let output = self.desktop.output(question.output).map(|output| output.mode.name);
        LayoutQuestion {
            layout: question.layout.to_string(),
            workspace: question.workspace.0,
            workspace_name: workspace.and_then(|workspace| workspace.name),
            output: output.unwrap_or_default(),
            scale: question.scale,
            x: question.area.min_x(),
            y: question.area.min_y(),
            width: question.area.width(),
            height: question.area.height(),
            gap: question.gap,
            focus: question.focused.or_else(|| self.desktop.tile_with_focus(question.workspace)).map(|window| window.0),
            parameters: question.parameters.clone(),
            deadline_ms: u32::try_from(PATIENCE.as_millis()).unwrap_or(u32::MAX),
        }
    }

    fn wire_subject(&self, subject: &Subject) -> LayoutWindow {
        let Subject { window, min, max, aspect, wish } = *subject;
        let some = |length: f64| (length > 0.0).then_some(length);
        let info = self.desktop.window(window);
        let place = self.desktop.lies_at(window);
        LayoutWindow {
            id: window.0,
            new: info.as_ref().is_some_and(|info| !info.mapped),
            min_width: some(min.width),
            min_height: some(min.height),
            max_width: some(max.width),
            max_height: some(max.height),
            aspect: aspect.map(|aspect| aspect.to_string()),
            wanted_width: some(wish.width),
            wanted_height: some(wish.height),
            x: place.map(|place| place.min_x()),
            y: place.map(|place| place.min_y()),
            width: place.map(|place| place.width()),
            height: place.map(|place| place.height()),
            app_id: info.as_ref().map(|info| info.app_id.clone()).unwrap_or_default(),
            title: info.map(|info| info.title).unwrap_or_default(),
        }
    }
}

fn listed(info: &Info) -> LayoutInfo {
    let Offer { name, fallback, follows_focus, resizes } = info.offer;
    LayoutInfo {
        name: name.to_string(),
        pid: info.pid,
        fallback: fallback.to_string(),
        follows_focus,
        resizes,
        answers: info.answers,
        workspaces: info.workspaces.iter().map(|workspace| workspace.0).collect(),
    }
}

#[cfg(test)]
mod tests {
    use glasshouse_core::{
        Scopes, Settings,
        outside::{Fallback, LayoutName},
    };
    use glasshouse_link::{ExecutorChoice, desktop::Limits};
    use tokio::sync::oneshot;

    use super::*;
    use crate::{bus::Request, display::Settings as DisplaySettings, server::Server};

    #[test]
    fn what_a_connection_registers_after_its_end_is_refused() {
        let settings = DisplaySettings {
            recipe: None,
            executor: ExecutorChoice::Auto,
            idle_after: std::time::Duration::ZERO,
            always_active: false,
            limits: Limits::default(),
        };
        let mut server = Server::new(Settings::default(), settings).unwrap();
        let caller = Caller::Program { pid: None, scopes: Scopes::ALL };
        let name = LayoutName::new("spiral").unwrap();
        let offer = Offer { name, fallback: Fallback::Grid, follows_focus: false, resizes: false };
        let provider = ProviderId(3);
        let (line, queue) = mpsc::channel(1);
        let (first, mut registered) = oneshot::channel();
        let (second, mut too_late) = oneshot::channel();
        let mut calls = |requests: Vec<LayoutsRequest>| {
            for request in requests {
                server.state.control.queue.push(Request::Layouts { caller: caller.clone(), request });
            }
            server.state.requests_turn();
            (server.state.desktop.offered_layouts().len(), server.state.control.providers.0.len())
        };
        let register = |reply| LayoutsRequest::Register { provider, offer, questions: line.clone(), reply };
        assert_eq!(calls(vec![register(first)]), (1, 1));
        assert!(matches!(registered.try_recv().unwrap(), Ok(())));
        // Its end is told, and only then comes the turn of another call of it.
        drop(queue);
        assert_eq!(calls(vec![LayoutsRequest::Gone { provider }, register(second)]), (0, 0));
        assert!(matches!(too_late.try_recv().unwrap(), Err(BusError::Refused(_))));
    }
}
