//! From operations to few draws.

use glasshouse_scene::{PhysicalRect, SurfaceId};

use super::instance::Instance;
use super::pipelines::Pipeline;
use crate::cpu::shadow::Key;

/// How many batches an operation may pass on its way to one of its own kind: beyond that, looking costs more than a draw.
const MAX_PASSED: usize = 16;

/// What a draw has bound besides its instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texture {
    None,
    Surface { id: SurfaceId, linear: bool },
    Shape(Key),
}

/// One instanced draw.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) pipeline: Pipeline,
    pub(super) texture: Texture,
    pub(super) instances: Vec<Instance>,
    rects: Vec<PhysicalRect>,
}

/// The draws of one frame.
///
/// All that overwrites comes first, in any order, because a plan overwrites every pixel once and before it blends. What is blended
/// may change places with what it does not touch, so that the same kind ends up in the same draw: on software drivers a draw
/// costs as much as three thousand pixels.
#[derive(Debug, Default)]
pub(super) struct Batches {
    opaque: Vec<Batch>,
    blended: Vec<Batch>,
}

impl Batches {
    pub(super) fn add_opaque(&mut self, pipeline: Pipeline, texture: Texture, rect: PhysicalRect, instance: Instance) {
        let known = self.opaque.iter_mut().find(|batch| batch.pipeline == pipeline && batch.texture == texture);
        match known {
            Some(batch) => batch.push(rect, instance),
            None => self.opaque.push(Batch::new(pipeline, texture, rect, instance)),
        }
    }

    pub(super) fn add_blended(&mut self, pipeline: Pipeline, texture: Texture, rect: PhysicalRect, instance: Instance) {
        for batch in self.blended.iter_mut().rev().take(MAX_PASSED) {
            if batch.pipeline == pipeline && batch.texture == texture {
                batch.push(rect, instance);
                return;
            }
            if batch.rects.iter().any(|painted| painted.intersects(&rect)) {
                break;
            }
        }
        self.blended.push(Batch::new(pipeline, texture, rect, instance));
    }

    /// In the order in which they are drawn.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Batch> {
        self.opaque.iter().chain(&self.blended)
    }

    /// The number of all instances.
    pub(super) fn instances(&self) -> usize {
        self.iter().map(|batch| batch.instances.len()).sum()
    }
}

impl Batch {
    fn new(pipeline: Pipeline, texture: Texture, rect: PhysicalRect, instance: Instance) -> Self {
        Self { pipeline, texture, instances: vec![instance], rects: vec![rect] }
    }

    fn push(&mut self, rect: PhysicalRect, instance: Instance) {
        self.instances.push(instance);
        self.rects.push(rect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rect;
    use bytemuck::Zeroable as _;
    use glasshouse_shaders::Effect;

    fn sketch(ops: &[(Effect, PhysicalRect)]) -> String {
        let mut batches = Batches::default();
        for (effect, rect) in ops {
            batches.add_blended(Pipeline::Draw(*effect), Texture::None, *rect, Instance::zeroed());
        }
        let names = batches.iter().map(|batch| {
            format!(
                "{}*{}",
                match batch.pipeline {
                    Pipeline::Clear => "clear",
                    Pipeline::Draw(effect) => effect.name(),
                },
                batch.instances.len()
            )
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_does_not_touch_is_drawn_together() {
        let (left, right) = (rect(0, 0, 10, 10), rect(20, 0, 10, 10));
        let ops = [(Effect::Shadow, left), (Effect::Border, left), (Effect::Shadow, right), (Effect::Border, right)];
        assert_eq!(sketch(&ops), "shadow*2 border*2");
    }

    #[test]
    fn what_touches_keeps_its_order() {
        let (below, above) = (rect(0, 0, 10, 10), rect(5, 5, 10, 10));
        let ops = [(Effect::Shadow, below), (Effect::Border, below), (Effect::Shadow, above), (Effect::Border, above)];
        assert_eq!(sketch(&ops), "shadow*1 border*1 shadow*1 border*1");
    }
}
