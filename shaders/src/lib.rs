//! The shaders: one effect per file, with what several need put in front of it.
//!
//! Plain text, because a shader is data here: `display::gpu` compiles it, and no other crate needs to know how. WGSL has no modules,
//! so sharing is concatenation; the order does not matter to it.

/// One way to paint a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// One colour.
    Fill,
    /// A dithered vertical gradient.
    Gradient,
    /// A surface, turned, enlarged, translucent or rounded.
    Surface,
    /// A surface at less than half its size.
    Area,
    /// A ring.
    Border,
    /// The soft shadow of a rounded rectangle.
    Shadow,
    /// What stands where a surface cannot be shown.
    Placeholder,
}

macro_rules! module {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../", $file)), "\n"),+)
    };
}

impl Effect {
    pub const ALL: [Effect; 7] = [Self::Fill, Self::Gradient, Self::Surface, Self::Area, Self::Border, Self::Shadow, Self::Placeholder];

    /// The name of its file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Gradient => "gradient",
            Self::Surface => "surface",
            Self::Area => "area",
            Self::Border => "border",
            Self::Shadow => "shadow",
            Self::Placeholder => "placeholder",
        }
    }

    /// A complete WGSL module with the entry points `vertex` and `fragment`.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Fill => module!("shared/instance.wgsl", "shared/coverage.wgsl", "fill.wgsl"),
            Self::Gradient => module!("shared/instance.wgsl", "shared/coverage.wgsl", "shared/dither.wgsl", "gradient.wgsl"),
            Self::Surface => module!("shared/instance.wgsl", "shared/coverage.wgsl", "shared/texture.wgsl", "surface.wgsl"),
            Self::Area => module!("shared/instance.wgsl", "shared/coverage.wgsl", "shared/texture.wgsl", "area.wgsl"),
            Self::Border => module!("shared/instance.wgsl", "shared/coverage.wgsl", "border.wgsl"),
            Self::Shadow => {
                module!("shared/instance.wgsl", "shared/coverage.wgsl", "shared/dither.wgsl", "shared/texture.wgsl", "shadow.wgsl")
            }
            Self::Placeholder => module!("shared/instance.wgsl", "shared/coverage.wgsl", "placeholder.wgsl"),
        }
    }

    /// Whether it reads a texture: group 1 of its bindings.
    pub const fn is_textured(self) -> bool {
        matches!(self, Self::Surface | Self::Area | Self::Shadow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naga::ShaderStage;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    #[test]
    fn every_effect_is_a_valid_module_with_both_entry_points_and_the_bindings_it_says() {
        for effect in Effect::ALL {
            let module = naga::front::wgsl::parse_str(effect.source())
                .unwrap_or_else(|error| panic!("{}: {}", effect.name(), error.emit_to_string(effect.source())));
            let validated = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
            assert!(validated.is_ok(), "{}: {:?}", effect.name(), validated.err());
            let entries: Vec<_> = module.entry_points.iter().map(|entry| (entry.stage, entry.name.as_str())).collect();
            assert_eq!(entries, [(ShaderStage::Vertex, "vertex"), (ShaderStage::Fragment, "fragment")], "{}", effect.name());
            let groups = module.global_variables.iter().filter_map(|(_, variable)| variable.binding).map(|binding| binding.group);
            assert_eq!(groups.max(), Some(u32::from(effect.is_textured())), "{}", effect.name());
        }
    }

    #[test]
    fn every_file_says_what_it_is_where_it_comes_from_and_who_its_twin_is() {
        for effect in Effect::ALL {
            let path = format!("{}/{}.wgsl", env!("CARGO_MANIFEST_DIR"), effect.name());
            let text = std::fs::read_to_string(&path).unwrap();
            let header: String = text.lines().take_while(|line| line.starts_with("//")).collect();
            assert!(header.contains("Source: ") && header.contains("CPU twin: "), "{path}");
            for word in header.split_whitespace().filter(|word| word.starts_with("display/")) {
                let twin = format!("{}/../compositor/{}", env!("CARGO_MANIFEST_DIR"), word.trim_end_matches([',', '.']));
                assert!(std::path::Path::new(&twin).exists(), "{path} names {word}");
            }
        }
    }
}
