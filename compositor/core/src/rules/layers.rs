//! Rules about layer surfaces: panels, docks, wallpapers, launchers, notices.

use super::{pattern::Pattern, property::properties};
use crate::{desktop::Desktop, event::Layer, ids::OutputId, layer::LayerSurface};

/// What the configuration says about some layer surfaces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerRule {
    /// What its owner calls it.
    pub name: Option<String>,
    /// It is about surfaces that one of these matches. Empty: about all.
    pub any_of: Vec<LayerMatch>,
    /// But not about those that one of these matches.
    pub except: Vec<LayerMatch>,
    pub lasting: LayerLasting,
}

/// What a layer surface has to be. All that is said must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerMatch {
    /// What its client calls it.
    pub namespace: Option<Pattern>,
    pub layer: Option<Layer>,
    /// The name of its output.
    pub output: Option<String>,
}

properties! {
    /// What a layer surface has as long as rules give it.
    LayerLasting {
        /// Whether pictures of the desktop show a dark area in its place.
        hide_from_capture: bool = "hide-from-capture",
        /// From 0 to 1, multiplied into all that is drawn of it.
        opacity: f64 = "opacity",
        /// Whether it may have the keyboard if it wants it.
        keyboard: bool = "keyboard",
        /// Where it lies among those of its layer: greater ones above smaller ones, equal ones in the order of their creation.
        order: i32 = "order",
    }
}

/// What rules say about a layer surface.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LayerRuled {
    /// What it was when it was judged. Its name stays.
    judged: Option<(Layer, Option<OutputId>, String)>,
    pub(crate) lasting: LayerLasting,
}

impl LayerMatch {
    fn matches(&self, layer: &LayerSurface, output: Option<&str>) -> bool {
        self.layer.is_none_or(|wanted| wanted == layer.layer())
            && self.output.as_deref().is_none_or(|wanted| Some(wanted) == output)
            && self.namespace.as_ref().is_none_or(|pattern| pattern.is_found_in(&layer.namespace))
    }
}

impl LayerRule {
    fn matches(&self, layer: &LayerSurface, output: Option<&str>) -> bool {
        (self.any_of.is_empty() || self.any_of.iter().any(|one| one.matches(layer, output)))
            && !self.except.iter().any(|one| one.matches(layer, output))
    }
}

impl Desktop {
    /// Judges layer surfaces that are on another layer or output than before, or new.
    pub(crate) fn judge_layers(&mut self) {
        let rules = std::sync::Arc::clone(&self.settings.rules);
        for layer in &mut self.layers.list {
            let output = layer.output.and_then(|output| self.outputs.get(output)).map(|output| output.mode.name.as_str());
            let now = (layer.layer(), layer.output, output.unwrap_or_default().to_owned());
            if layer.ruled.judged.as_ref() == Some(&now) {
                continue;
            }
            let mut lasting = LayerLasting::default();
            rules.layers.iter().filter(|rule| rule.matches(layer, output)).for_each(|rule| lasting.lay(&rule.lasting));
            layer.ruled = LayerRuled { judged: Some(now), lasting };
        }
    }
}
