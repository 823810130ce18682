//! The conversation with clients about sizes, and the transactions that keep a relayout together.
//!
//! A window has a slot where it is shown and a target where it shall be. Tiles change from slot to target together, once all of them
//! have contents for it, or when the first of them has waited for [`crate::Settings::configure_timeout`]. Other windows change alone.

use glasshouse_scene::LogicalSize;

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects, WindowConfigure},
    ids::{Timestamp, WindowId},
    window::{Phase, Slot, Window},
};

impl Desktop {
    /// What the client should know now.
    pub(crate) fn wanted(&self, window: &Window) -> WindowConfigure {
        let size = match window.target {
            Slot::Floating => window.float.size,
            // Whole numbers only, and rather a pixel less than one over the edge.
            Slot::Tile(rect) | Slot::Behind(rect) | Slot::Maximized(rect) => Some(limited_above(window, floor(rect.size))),
            Slot::Fullscreen(rect) => Some(rect.size.ceil()),
        };
        let output = self.home_of(window);
        let bounds = if size.is_none() { output.map(|output| floor(output.work_area.size)) } else { None };
        WindowConfigure {
            size,
            bounds,
            activated: self.has_focus(window),
            maximized: matches!(window.target, Slot::Maximized(_)),
            fullscreen: matches!(window.target, Slot::Fullscreen(_)) || window.modes.windowed_fullscreen,
            resizing: self.is_resized_by_hand(window.id),
            tiled: window.target.is_tile(),
            suspended: window.modes.minimized || (window.phase == Phase::Mapped && !self.seen(window) && !self.is_carried(window.id)),
        }
    }

    /// Whether the client should be told something new.
    fn has_news(&self, window: &Window) -> bool {
        let wanted = self.wanted(window);
        match &window.configures.sent {
            None => true,
            Some((_, sent)) if *sent == wanted => false,
            // It took another size by itself, and we follow it: that is no news for it.
            Some((_, sent)) => {
                let same_states = WindowConfigure { size: sent.size, bounds: sent.bounds, ..wanted.clone() } == *sent;
                let size = self.geometry(window).size;
                // Without contents it is about to be unmapped.
                let follows = wanted.size == Some(size) || (size.is_empty() && window.phase == Phase::Mapped);
                !(same_states && window.target == Slot::Floating && follows)
            }
        }
    }

    /// Tells clients what is new, at most one thing at a time: what changes meanwhile is told when they have answered, or have not
    /// answered for so long that nobody waits for them.
    pub(crate) fn send_configures(&mut self, now: Timestamp, effects: &mut Effects) {
        for id in self.windows.ids() {
            let Some(window) = self.windows.get(id) else { continue };
            let waits = window.configures.in_flight.is_some_and(|sent| now < sent.after(self.settings.configure_timeout));
            if window.phase == Phase::Created || waits || self.outside.holds_up(id) || !self.has_news(window) {
                continue;
            }
            let configure = self.wanted(window);
            let token = self.next_token;
            self.next_token += 1;
            effects.push(Effect::ConfigureWindow { window: id, token, configure: configure.clone() });
            if let Some(window) = self.windows.get_mut(id) {
                window.configures.sent = Some((token, configure));
                window.configures.in_flight = Some(now);
            }
        }
    }

    pub(crate) fn configure_acked(&mut self, id: WindowId, token: u64) {
        let Some(window) = self.windows.get(id) else { return };
        let (Some((_, sent)), Some(committed)) = (&window.configures.sent, &window.configures.committed) else { return };
        // Told the size that it has anyway, a client has nothing to draw either.
        let has_that_size = sent.size.is_some_and(|size| size == self.geometry(window).size);
        let now = if has_that_size { &WindowConfigure { size: sent.size, bounds: sent.bounds, ..committed.clone() } } else { committed };
        if same_shape(sent, now) {
            self.configure_committed(id, token);
        }
    }

    pub(crate) fn configure_committed(&mut self, id: WindowId, token: u64) {
        let Some(window) = self.windows.get_mut(id) else { return };
        let configures = &mut window.configures;
        // An answer to an older one is not what anybody waits for.
        let Some((_, sent)) = configures.sent.as_ref().filter(|(newest, _)| *newest == token) else { return };
        let asked = sent.size;
        if configures.in_flight.take().is_none() && configures.committed.as_ref() == Some(sent) {
            return;
        }
        configures.committed = Some(sent.clone());
        configures.late = false;
        if window.float.size == asked {
            self.follow_size(id);
        }
        self.touch();
    }

    /// A floating client may take any size it likes; from then on it is asked for that one.
    pub(crate) fn follow_size(&mut self, id: WindowId) {
        let resizing = self.is_resized_by_hand(id);
        let Some(window) = self.windows.get(id) else { return };
        let floats = window.slot == Slot::Floating && window.target == Slot::Floating && window.phase == Phase::Mapped;
        let size = self.geometry(window).size;
        if floats
            && !resizing
            && window.configures.in_flight.is_none()
            && !size.is_empty()
            && let Some(window) = self.windows.get_mut(id)
        {
            // Rules may have something against it. It is asked for the nearest that they allow, and shown as it is.
            window.float.size = Some(window.ruled_size(size));
        }
    }

    /// Whether a window's contents fit its target, or nobody waits for them any more.
    fn is_answered(&self, window: &Window) -> bool {
        let wanted = self.wanted(window);
        window.configures.late || window.configures.committed.as_ref().is_some_and(|committed| same_shape(committed, &wanted))
    }

    /// Puts windows where they shall be, if their contents are ready or time is up. `at_once`: whatever they are.
    pub(crate) fn apply_slots(&mut self, now: Timestamp, at_once: bool) {
        for id in self.windows.ids() {
            let Some(window) = self.windows.get(id) else { continue };
            let (on_screen, home) = (self.on_screen(window), self.home_of(window).map(|output| output.id));
            let Some(window) = self.windows.get_mut(id) else { continue };
            let seen = |slot| on_screen && !matches!(slot, Slot::Behind(_));
            if window.appears || !seen(window.slot) || at_once {
                window.arrive(home);
                window.appears = !seen(window.slot);
            }
            match (window.is_being_placed(), window.pending_since) {
                (true, None) => window.pending_since = Some(now),
                (false, Some(_)) => window.pending_since = None,
                _ => {}
            }
        }
        let is_joint = |window: &Window| window.slot.is_tile() || window.target.is_tile();
        let pending: Vec<&Window> = self.windows.iter().filter(|window| window.is_being_placed()).collect();
        let timeout = self.settings.configure_timeout;
        let is_due = |window: &Window| window.pending_since.is_some_and(|since| now >= since.after(timeout));
        let (tiles, others): (Vec<&Window>, Vec<&Window>) = pending.into_iter().partition(|window| is_joint(window));
        let mut ready = Vec::new();
        if tiles.iter().any(|window| is_due(window)) || tiles.iter().all(|window| self.is_answered(window)) {
            ready.extend(tiles);
        }
        ready.extend(others.into_iter().filter(|window| is_due(window) || self.is_answered(window)));
        let home = |window: &Window| self.home_of(window).map(|output| output.id);
        let ready: Vec<_> = ready.into_iter().map(|window| (window.id, self.is_answered(window), home(window))).collect();
        for (id, settled, home) in ready {
            let Some(window) = self.windows.get_mut(id) else { continue };
            if !settled {
                tracing::warn!(window = id.0, "configure not answered in time, showing the old contents");
                window.configures.late = true;
            }
            window.arrive(home);
        }
    }

    /// When something that waits must go on without its answer.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let timeout = self.settings.configure_timeout;
        let transactions = self.windows.iter().filter_map(|window| window.pending_since);
        let news = self
            .windows
            .iter()
            // Whoever owes no answer is most of them, and cheap to tell.
            .filter(|window| window.configures.in_flight.is_some() && window.phase != Phase::Created && self.has_news(window))
            .filter_map(|w| w.configures.in_flight);
        transactions.chain(news).min().map(|since| since.after(timeout))
    }
}

/// Whether two configures ask for the same contents, apart from how bright the title is.
fn same_shape(a: &WindowConfigure, b: &WindowConfigure) -> bool {
    a.size == b.size && a.maximized == b.maximized && a.fullscreen == b.fullscreen && a.tiled == b.tiled
}

fn floor(size: LogicalSize) -> LogicalSize {
    // A millionth absorbs the error of the division by the scale.
    LogicalSize::new((size.width + 1e-6).floor().max(1.0), (size.height + 1e-6).floor().max(1.0))
}

/// A client gets no more room than it can use. Less than its smallest size is possible: the rest of it is cut off.
fn limited_above(window: &Window, size: LogicalSize) -> LogicalSize {
    // Where they contradict each other, the smallest size counts.
    let limit = |value: f64, min: i32, max: i32| if max > 0 { value.min(f64::from(max.max(min))) } else { value };
    let size = window.modes.aspect.map_or(size, |aspect| floor(aspect.within(size)));
    let (min, max) = (window.least(), window.most());
    LogicalSize::new(limit(size.width, min.width, max.width), limit(size.height, min.height, max.height))
}
