//! What a subscriber wants to hear.

use zbus::{SerializeDict, Type};

use crate::{
    Error,
    dict::{Dict, option, unknown},
    event::{Event, KINDS, Payload},
};

/// The most `performance_metrics` in a second.
pub const MAX_METRICS_HZ: f64 = 10.0;

/// What to hear. On the wire `a{sv}`; all of it may be absent.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Filter {
    /// `as`. Only these kinds. If absent: all but `performance_metrics`, which cost the desktop something.
    pub kinds: Option<Vec<String>>,
    /// `t`. Only what is about this window.
    pub window: Option<u64>,
    /// `s`. Only what is about windows of this application.
    pub app_id: Option<String>,
    /// `t`. Begin with what came after this event, instead of with a snapshot.
    pub since: Option<u64>,
    /// `d`. At most this many `performance_metrics` in a second, above 0 and at most 10. If absent: 1.
    pub metrics_hz: Option<f64>,
}

const OPTIONS: &[&str] = &["kinds", "window", "app_id", "since", "metrics_hz"];

impl Filter {
    /// Reads what came over the wire.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] for an unknown option or kind, or one of another type: who asks for something else would wait for ever.
    pub fn from_dict(options: Dict) -> Result<Self, Error> {
        const WHAT: &str = "filter option";
        let mut read = Self::default();
        for (name, value) in options {
            match name.as_str() {
                "kinds" => read.kinds = Some(option(WHAT, &name, value, "a list of names (as)")?),
                "window" => read.window = Some(option(WHAT, &name, value, "an unsigned 64-bit number (t)")?),
                "app_id" => read.app_id = Some(option(WHAT, &name, value, "a name (s)")?),
                "since" => read.since = Some(option(WHAT, &name, value, "an unsigned 64-bit number (t)")?),
                "metrics_hz" => read.metrics_hz = Some(option(WHAT, &name, value, "a number (d)")?),
                _ => return Err(unknown(WHAT, &name, OPTIONS)),
            }
        }
        if let Some(kind) = read.kinds.iter().flatten().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(unknown("kind of event", kind, KINDS));
        }
        if let Some(hz) = read.metrics_hz.filter(|hz| !(*hz > 0.0 && *hz <= MAX_METRICS_HZ)) {
            return Err(Error::BadArgument(format!("metrics_hz is {hz}; give a number above 0 and at most {MAX_METRICS_HZ}")));
        }
        Ok(read)
    }

    /// Whether a subscriber hears this event. `app_id` is that of the window that the event is about.
    pub fn admits(&self, event: &Event, app_id: Option<&str>) -> bool {
        let kind = match &self.kinds {
            Some(kinds) => kinds.iter().any(|kind| kind == event.payload.kind()),
            None => !matches!(event.payload, Payload::PerformanceMetrics(_)),
        };
        let about = |window| match &event.payload {
            Payload::FocusChanged(change) => change.window == Some(window) || change.previous == Some(window),
            _ => event.window() == Some(window),
        };
        kind && self.window.is_none_or(about) && self.app_id.as_deref().is_none_or(|wanted| app_id == Some(wanted))
    }

    /// How often this subscriber wants figures. `None`: never.
    pub fn metrics_hz(&self) -> Option<f64> {
        let wants = self.kinds.iter().flatten().any(|kind| kind == "performance_metrics");
        wants.then(|| self.metrics_hz.unwrap_or(1.0))
    }
}

#[cfg(test)]
mod tests {
    use zbus::Variant;

    use super::*;
    use crate::event::{FocusChange, WindowClosed};

    fn event(payload: Payload) -> Event {
        Event { sequence: 1, time_ns: 0, trace: 0, payload }
    }

    #[test]
    fn a_filter_admits_what_it_names() {
        let closed = event(Payload::WindowClosed(WindowClosed { id: 7, app_id: "foot".into(), title: String::new() }));
        let focus = event(Payload::FocusChanged(FocusChange { window: Some(8), previous: Some(7) }));
        let metrics = event(Payload::PerformanceMetrics(Dict::new()));
        let check = |filter: Filter, admitted: [bool; 3]| {
            let all = [filter.admits(&closed, Some("foot")), filter.admits(&focus, Some("gimp")), filter.admits(&metrics, None)];
            assert_eq!(all, admitted, "{filter:?}");
        };
        let kinds = |kind: &str| Some(vec![kind.to_owned()]);
        check(Filter::default(), [true, true, false]);
        check(Filter { kinds: kinds("performance_metrics"), ..Filter::default() }, [false, false, true]);
        check(Filter { kinds: kinds("focus_changed"), ..Filter::default() }, [false, true, false]);
        check(Filter { window: Some(7), ..Filter::default() }, [true, true, false]);
        check(Filter { window: Some(8), ..Filter::default() }, [false, true, false]);
        check(Filter { app_id: Some("foot".into()), ..Filter::default() }, [true, false, false]);
    }

    #[test]
    fn a_wrong_filter_is_refused_in_a_sentence() {
        let check = |name: &str, value: Variant<'_>, words: &str| {
            let dict = Dict::from([(name.to_owned(), value.try_into_owned().unwrap())]);
            let sentence = Filter::from_dict(dict).unwrap_err().to_string();
            assert!(sentence.contains(words), "{sentence}");
        };
        check("kind", Variant::from(vec!["focus_changed"]), "did you mean kinds?");
        check("moon", Variant::from(1), "there are kinds, window, app_id");
        check("kinds", Variant::from(vec!["window_create"]), "did you mean window_created?");
        check("kinds", Variant::from("window_created"), "a list of names (as)");
        check("metrics_hz", Variant::from(60.0), "at most 10");
        check("metrics_hz", Variant::from(f64::NAN), "NaN");
    }
}
