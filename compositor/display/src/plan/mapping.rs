//! How a surface's buffer maps to the target, and which operation that makes.

use euclid::{Box2D, Point2D, Rect, Transform2D, Vector2D};
use glasshouse_scene::{Buffer, Content, Physical, PhysicalRect, Pixels, SurfaceId, Transform};

use super::{Filter, Image, Paint, RoundedMask, Sample};

/// How a surface is painted where it is opaque, and where it is not.
#[derive(Debug, Clone)]
pub struct SurfaceOp {
    image: Image,
    map: Transform2D<f64, Physical, Buffer>,
    bounds: Rect<i32, Buffer>,
    filter: Filter,
    /// The target pixel `p` is exactly the buffer pixel `p + offset`.
    copy: Option<Vector2D<i32, Buffer>>,
}

/// The operation for `content` stretched over `area`. `None` if it has no pixels in memory, or nothing to show.
pub fn surface_op(surface: SurfaceId, content: &Content, area: PhysicalRect) -> Option<SurfaceOp> {
    let Pixels::Shm { pool, offset, stride, format } = content.pixels else { return None };
    if content.size.is_empty() || area.is_empty() || content.source.is_empty() {
        return None;
    }
    let image = Image { surface, buffer: content.buffer, pool, offset, stride, format, size: content.size };
    let Placement { map, bounds, filter } = placement(content, area);
    let copy = (filter == Filter::Nearest && content.transform == Transform::Normal && map.m11 == 1.0 && map.m22 == 1.0)
        .then(|| Vector2D::new(map.m31.round() as i32, map.m32.round() as i32))
        .filter(|offset| {
            bounds.contains_rect(&Rect::new((area.origin.to_vector().cast_unit() + *offset).to_point(), area.size.cast_unit()))
        });
    Some(SurfaceOp { image, map, bounds, filter, copy })
}

/// Where the pixels of a target come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    pub(crate) map: Transform2D<f64, Physical, Buffer>,
    pub(crate) bounds: Rect<i32, Buffer>,
    pub(crate) filter: Filter,
}

/// How `content`, whatever its pixels are, is stretched over `area`.
pub(crate) fn placement(content: &Content, area: PhysicalRect) -> Placement {
    let buffer = Rect::from_size(content.size);
    let source: Rect<f64, Buffer> = content.transform.apply_rect(content.source, content.upright_size().to_f64());
    // A thousandth of a pixel absorbs the 24.8 fixed point of the protocol and rounding in divisions.
    let min = Point2D::new((source.min_x() + 1e-3).floor(), (source.min_y() + 1e-3).floor());
    let max = Point2D::new((source.max_x() - 1e-3).ceil(), (source.max_y() - 1e-3).ceil());
    let bounds = Box2D::new(min, max).to_i32().to_rect().intersection(&buffer).unwrap_or(buffer);
    Placement { map: buffer_map(content, area), bounds, filter: filter(content, area) }
}

impl SurfaceOp {
    /// How far a filter may reach beyond a pixel, in pixels of the target: there a promise of opacity does not hold.
    pub fn reach(&self) -> Option<i32> {
        match self.filter {
            Filter::Nearest => None,
            Filter::Linear | Filter::Area => {
                let step = self.map.m11.abs().max(self.map.m12.abs()).min(self.map.m22.abs().max(self.map.m21.abs()));
                Some((1.0 / f64::max(step, 1e-3)).ceil().min(1024.0) as i32)
            }
        }
    }

    /// For pixels that replace what is below.
    pub fn opaque(&self) -> Paint {
        match self.copy {
            Some(offset) => Paint::Copy { image: self.image, offset },
            None => self.sample(1.0, true, None),
        }
    }

    /// For pixels that are blended.
    pub fn over(&self, opacity: f32, mask: Option<RoundedMask>) -> Paint {
        self.sample(opacity, false, mask)
    }

    fn sample(&self, opacity: f32, opaque: bool, mask: Option<RoundedMask>) -> Paint {
        Paint::Sample(Sample { image: self.image, map: self.map, bounds: self.bounds, filter: self.filter, opacity, opaque, mask })
    }
}

/// From the target to the buffer: into `source`, then as the client turned it.
fn buffer_map(content: &Content, area: PhysicalRect) -> Transform2D<f64, Physical, Buffer> {
    let size = content.upright_size().to_f64();
    let scale_x = content.source.size.width / f64::from(area.size.width);
    let scale_y = content.source.size.height / f64::from(area.size.height);
    let at = |x: f64, y: f64| -> Point2D<f64, Buffer> {
        let upright: Point2D<f64, Buffer> = Point2D::new(
            content.source.origin.x + (x - f64::from(area.origin.x)) * scale_x,
            content.source.origin.y + (y - f64::from(area.origin.y)) * scale_y,
        );
        content.transform.apply_point(upright, size)
    };
    let origin = at(f64::from(area.origin.x), f64::from(area.origin.y));
    // The directions come from the transform alone, so that a scale of one is exactly one.
    let base: Point2D<f64, Buffer> = content.transform.apply_point(Point2D::<f64, Buffer>::zero(), size);
    let along_x: Point2D<f64, Buffer> = content.transform.apply_point(Point2D::<f64, Buffer>::new(1.0, 0.0), size);
    let along_y: Point2D<f64, Buffer> = content.transform.apply_point(Point2D::<f64, Buffer>::new(0.0, 1.0), size);
    let (x, y) = ((along_x - base) * scale_x, (along_y - base) * scale_y);
    let (left, top) = (f64::from(area.origin.x), f64::from(area.origin.y));
    Transform2D::new(x.x, x.y, y.x, y.y, origin.x - left * x.x - top * y.x, origin.y - left * x.y - top * y.y)
}

fn filter(content: &Content, area: PhysicalRect) -> Filter {
    let scale_x = f64::from(area.size.width) / content.source.size.width;
    let scale_y = f64::from(area.size.height) / content.source.size.height;
    let whole = |value: f64| value.fract() == 0.0;
    if whole(scale_x) && whole(scale_y) && whole(content.source.origin.x) && whole(content.source.origin.y) {
        Filter::Nearest
    } else if scale_x < 0.5 || scale_y < 0.5 {
        Filter::Area
    } else {
        Filter::Linear
    }
}
