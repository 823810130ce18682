//! The pointer of last resort: a black arrow with a white rim, drawn from its outline.

use glasshouse_scene::{PhysicalPoint, PhysicalSize};

use super::Picture;
use crate::cpu::pixel;
use glasshouse_scene::Color;

/// The outline at size 24, the tip at the origin.
const OUTLINE: [(f32, f32); 7] = [(0.0, 0.0), (0.0, 15.5), (3.6, 12.2), (6.1, 17.9), (8.6, 16.8), (6.2, 11.3), (11.0, 11.0)];

/// Width of the white rim at size 24.
const RIM: f32 = 1.25;

/// An arrow for pointers of `size` pixels.
pub(super) fn arrow(size: u32) -> Picture {
    let scale = size as f32 / 24.0;
    let margin = (RIM * scale).ceil() + 1.0;
    let (width, height) = ((11.0 * scale + 2.0 * margin).ceil() as i32, (18.0 * scale + 2.0 * margin).ceil() as i32);
    let mut pixels = Vec::with_capacity((width * height).max(0) as usize);
    for y in 0..height {
        for x in 0..width {
            let distance = signed_distance((x as f32 + 0.5 - margin) / scale, (y as f32 + 0.5 - margin) / scale);
            let inside = (0.5 - distance * scale).clamp(0.0, 1.0);
            let rim = (0.5 - (distance - RIM) * scale).clamp(0.0, 1.0);
            // Black over white: what the rim covers and the arrow does not is white.
            let white = (rim - inside).max(0.0);
            pixels.push(pixel(Color { red: white, green: white, blue: white, alpha: rim }));
        }
    }
    let tip = margin as i32;
    Picture { pixels, size: PhysicalSize::new(width, height), hotspot: PhysicalPoint::new(tip, tip) }
}

/// Distance to the outline, negative inside. Source: I. Quilez, 2D distance functions, "Polygon".
fn signed_distance(x: f32, y: f32) -> f32 {
    let mut nearest = f32::MAX;
    let mut inside = false;
    let ends = OUTLINE.iter().cycle().skip(1);
    for ((ax, ay), (bx, by)) in OUTLINE.iter().zip(ends) {
        let (edge_x, edge_y, to_x, to_y) = (bx - ax, by - ay, x - ax, y - ay);
        let along = ((to_x * edge_x + to_y * edge_y) / (edge_x * edge_x + edge_y * edge_y)).clamp(0.0, 1.0);
        let (off_x, off_y) = (to_x - edge_x * along, to_y - edge_y * along);
        nearest = nearest.min(off_x * off_x + off_y * off_y);
        if (*ay > y) != (*by > y) && x < edge_x * to_y / edge_y + ax {
            inside = !inside;
        }
    }
    if inside { -nearest.sqrt() } else { nearest.sqrt() }
}
