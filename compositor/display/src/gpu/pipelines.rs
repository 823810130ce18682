//! The few pipelines, each made when it is first needed: a software driver compiles for a fifth of a second.

use std::collections::BTreeMap;

use glasshouse_shaders::Effect;

/// Targets and surfaces alike: bytes as clients and KMS have them. Never `*UnormSrgb`, which would blend in another space.
pub(super) const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Bgra8Unorm;

/// Which pipeline draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pipeline {
    /// Writes a colour that may be transparent; everything else is blended, which for opaque pixels is the same.
    Clear,
    Draw(Effect),
}

/// Pipelines and what they share.
#[derive(Debug)]
pub(super) struct Pipelines {
    instances: wgpu::BindGroupLayout,
    texture: wgpu::BindGroupLayout,
    plain: wgpu::PipelineLayout,
    textured: wgpu::PipelineLayout,
    nearest: wgpu::Sampler,
    linear: wgpu::Sampler,
    made: BTreeMap<Pipeline, wgpu::RenderPipeline>,
}

impl Pipelines {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let instances = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("instances"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only: true },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let texture = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("texture"),
            entries: &[
                wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                    count: None,
                },
                wgpu::BindGroupLayoutEntry {
                    binding: 1,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                    count: None,
                },
            ],
        });
        let layout = |label, groups: &[Option<&wgpu::BindGroupLayout>]| {
            let descriptor = wgpu::PipelineLayoutDescriptor { label: Some(label), bind_group_layouts: groups, immediate_size: 0 };
            device.create_pipeline_layout(&descriptor)
        };
        let sampler = |label, filter| {
            device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some(label),
                mag_filter: filter,
                min_filter: filter,
                ..Default::default()
            })
        };
        Self {
            plain: layout("plain", &[Some(&instances)]),
            textured: layout("textured", &[Some(&instances), Some(&texture)]),
            nearest: sampler("nearest", wgpu::FilterMode::Nearest),
            linear: sampler("linear", wgpu::FilterMode::Linear),
            instances,
            texture,
            made: BTreeMap::new(),
        }
    }

    /// Makes the pipeline unless it is there.
    pub(super) fn prepare(&mut self, device: &wgpu::Device, pipeline: Pipeline) {
        if self.made.contains_key(&pipeline) {
            return;
        }
        let (effect, blend) = match pipeline {
            Pipeline::Clear => (Effect::Fill, None),
            Pipeline::Draw(effect) => (effect, Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING)),
        };
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(effect.name()),
            source: wgpu::ShaderSource::Wgsl(effect.source().into()),
        });
        let made = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(effect.name()),
            layout: Some(if effect.is_textured() { &self.textured } else { &self.plain }),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState { topology: wgpu::PrimitiveTopology::TriangleStrip, ..Default::default() },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: Default::default(),
                targets: &[Some(wgpu::ColorTargetState { format: FORMAT, blend, write_mask: wgpu::ColorWrites::ALL })],
            }),
            multiview_mask: None,
            cache: None,
        });
        self.made.insert(pipeline, made);
    }

    /// `None` if nobody has prepared it.
    pub(super) fn get(&self, pipeline: Pipeline) -> Option<&wgpu::RenderPipeline> {
        self.made.get(&pipeline)
    }

    pub(super) fn bind_instances(&self, device: &wgpu::Device, buffer: &wgpu::Buffer) -> wgpu::BindGroup {
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("instances"),
            layout: &self.instances,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
        })
    }

    pub(super) fn bind_texture(&self, device: &wgpu::Device, texture: &wgpu::Texture, linear: bool) -> wgpu::BindGroup {
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let sampler = if linear { &self.linear } else { &self.nearest };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("texture"),
            layout: &self.texture,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(sampler) },
            ],
        })
    }
}
