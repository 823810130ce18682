//! When clients draw: frame callbacks, presentation feedback, and the headless clock while there is no display.

use std::time::Duration;

use glasshouse_core::{Audience, Event, OutputId, Timestamp, View};
use glasshouse_link::{OutputState, Pace, PresentedKind, Seq};
use smithay::{
    reexports::wayland_protocols::wp::presentation_time::server::wp_presentation_feedback,
    wayland::presentation::{PresentationFeedbackCallback, Refresh},
};

use crate::State;

/// The period of the clock while nobody looks.
const SLOW: Duration = Duration::from_millis(250);
/// Clients that nobody can see get a frame this often.
const HIDDEN: Duration = Duration::from_secs(1);

/// The next tick of a grid of `period` after `now`. Ticks of all outputs with one rate fall together.
fn next_tick(now: Timestamp, period: Duration) -> Timestamp {
    let period = period.as_nanos().max(1);
    let next = (now.0.as_nanos() / period + 1) * period;
    Timestamp(Duration::from_nanos(u64::try_from(next).unwrap_or(u64::MAX)))
}

impl State {
    /// Arranges for the next frame of every output that needs one, and runs the local clock.
    pub(super) fn request_frames(&mut self) {
        let due: Vec<OutputId> = self.display.ticks.iter().filter(|(_, at)| self.now >= **at).map(|(output, _)| *output).collect();
        for output in due {
            self.display.ticks.remove(&output);
            self.begin_frame(output);
        }
        if !std::mem::take(&mut self.display.frame_wanted) {
            return;
        }
        let clients_wait = self.clients.surfaces.all.values().any(|surface| !surface.callbacks.is_empty() || !surface.feedback.is_empty());
        let live = self.display.link.is_live();
        let something_new = self.display.link.is_dirty() || !self.display.redraw.is_empty() || self.desktop.is_moving();
        if !(clients_wait || live && something_new) {
            return; // Nobody waits and nobody looks.
        }
        let active = self.display.is_active(self.now);
        for output in self.desktop.outputs() {
            if live {
                let pace = if active { Pace::Full } else { Pace::Slow };
                self.display.link.request_frame(output.id, pace);
            } else {
                let refresh = Duration::from_nanos(1_000_000_000_000 / u64::from(output.mode.refresh_mhz.max(1)));
                let at = next_tick(self.now, if active { refresh } else { SLOW });
                let tick = self.display.ticks.entry(output.id).or_insert(at);
                *tick = at.min(*tick);
            }
        }
    }

    /// A refresh of the output is near: what its clients have drawn goes out, and they may draw the next.
    pub(super) fn begin_frame(&mut self, output: OutputId) {
        if self.desktop.output(output).is_none() {
            // It went, or became a mirror, after this frame was asked for. Who draws for it is on another one.
            self.display.frame_wanted = true;
            return;
        }
        let _frame = tracing::debug_span!("frame", output = output.0).entered();
        let visible = self.desktop.visible(output);
        let hidden_due = self.now.since(self.display.last_hidden_tick) >= HIDDEN;
        let mut still_waiting = false;
        for (id, surface) in &mut self.clients.surfaces.all {
            if surface.callbacks.is_empty() && surface.feedback.is_empty() {
                continue;
            }
            let attached = matches!(surface.role, crate::wayland::surface::Role::Attached);
            if visible.contains(id) || attached || hidden_due {
                self.display.drawn.extend((!surface.callbacks.is_empty()).then_some(*id));
                self.display.callbacks.append(&mut surface.callbacks);
                self.display.feedback.extend(surface.feedback.drain(..).map(|feedback| (output, feedback)));
            } else {
                still_waiting = true;
            }
        }
        if hidden_due {
            self.display.last_hidden_tick = self.now;
        }
        self.display.frame_wanted |= still_waiting;
        if !self.display.link.is_live() {
            self.telemetry.outputs.unseen(output);
            self.finish_frame_at_once();
            return;
        }
        self.compose();
        // The next frame shows it further on.
        self.display.frame_wanted |= self.desktop.is_moving();
        if self.display.link.is_dirty() {
            self.display.link.submit();
        } else if let Some(seq) = self.display.link.in_flight() {
            // A capture took it along: the frame is over when that is latched.
            self.frame_submitted(seq);
        } else {
            // Nothing to show: the frame is over at once.
            self.telemetry.outputs.nothing_new();
            self.finish_frame_at_once();
        }
    }

    /// Gives the link the newest scene of every output that has changed: what pictures show, because no output has a screen yet and pictures
    /// are all that is ever seen of one. An output with a screen will be given what [`Audience::Screen`] sees.
    pub fn compose(&mut self) {
        if self.desktop.is_moving() {
            self.observe(Event::Tick);
            self.settle();
        }
        for output in std::mem::take(&mut self.display.redraw) {
            let Some(info) = self.desktop.screen(output) else { continue };
            let Some(scene) = self.desktop.scene_for(Audience::Capture, View::Output(output), self.now) else { continue };
            let state = OutputState { transform: info.mode.transform, scale: info.mode.scale, refresh_mhz: info.mode.refresh_mhz, scene };
            self.display.link.set_output(output, Some(state));
        }
    }

    /// A transaction left with this frame's contents.
    pub(super) fn frame_submitted(&mut self, seq: Seq) {
        self.telemetry.outputs.submitted(seq);
        let display = &mut self.display;
        display.callbacks_sent.append(&mut display.callbacks);
        display.feedback_sent.extend(display.feedback.drain(..).map(|(output, feedback)| (output, seq, feedback)));
    }

    /// What was sent is what is shown: buffers are free, and clients may draw again.
    pub(super) fn frame_latched(&mut self, _seq: Seq) {
        self.release_buffers();
        self.fire_callbacks();
        let drawn = std::mem::take(&mut self.display.drawn);
        if self.display.link.is_live() {
            self.retain_single_buffers(&drawn);
        }
    }

    fn fire_callbacks(&mut self) {
        let millis = self.now.0.as_millis() as u32; // Wraps, as the protocol expects.
        for callback in self.display.callbacks_sent.drain(..) {
            callback.done(millis);
        }
    }

    pub(super) fn frame_presented(&mut self, output: OutputId, seq: Seq, time_ns: u64, refresh_ns: u64, msc: u64, kind: PresentedKind) {
        use wp_presentation_feedback::Kind;
        let Some(known) = self.clients.output(output) else { return };
        let mut flags = Kind::empty();
        flags.set(Kind::Vsync, kind.vsync);
        flags.set(Kind::HwClock, kind.hardware_clock);
        flags.set(Kind::HwCompletion, kind.hardware_completion);
        flags.set(Kind::ZeroCopy, kind.zero_copy);
        let refresh = if refresh_ns == 0 { Refresh::Unknown } else { Refresh::fixed(Duration::from_nanos(refresh_ns)) };
        let sent = std::mem::take(&mut self.display.feedback_sent);
        for (on, at, feedback) in sent {
            if on == output && at <= seq {
                feedback.presented(known, Duration::from_nanos(time_ns), refresh, msc, flags);
            } else {
                self.display.feedback_sent.push((on, at, feedback));
            }
        }
    }

    /// Programs have this output no more: nothing will be presented to them on it.
    pub fn frames_end(&mut self, output: OutputId) {
        let display = &mut self.display;
        display.ticks.remove(&output);
        let waiting = display.feedback.extract_if(.., |(on, _)| *on == output).map(|(_, feedback)| feedback);
        let sent = display.feedback_sent.extract_if(.., |(on, ..)| *on == output).map(|(_, _, feedback)| feedback);
        waiting.chain(sent).for_each(PresentationFeedbackCallback::discarded);
        display.frame_wanted = true;
    }

    fn discard_sent_feedback(&mut self) {
        self.display.feedback_sent.drain(..).for_each(|(_, _, feedback)| feedback.discarded());
    }

    /// There is nothing to wait for: nobody sees this frame as one of its own, and its clients go on.
    fn finish_frame_at_once(&mut self) {
        self.display.callbacks_sent.append(&mut self.display.callbacks);
        self.display.feedback.drain(..).map(|(_, feedback)| feedback).for_each(PresentationFeedbackCallback::discarded);
        self.frame_latched(Seq::default());
    }

    /// The display died with a frame under way. Clients see it as a frame that was late.
    pub(super) fn frames_lost(&mut self) {
        self.discard_sent_feedback();
        self.finish_frame_at_once();
        self.display.redraw.extend(self.desktop.screens().iter().map(|output| output.id));
        self.display.frame_wanted = true;
    }
}
