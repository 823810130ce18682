use super::*;
use crate::testing::{Random, World, random_scene, rect};
use glasshouse_scene::{Element, ElementId, ElementKind, Transform};

fn random_damage(random: &mut Random, view: PhysicalSize) -> Region<Physical> {
    let mut damage = Region::default();
    for _ in 0..random.below(5) {
        let at = (random.below(view.width), random.below(view.height));
        damage.add(rect(at.0, at.1, 1 + random.below(20), 1 + random.below(20)));
    }
    damage
}

#[test]
fn leaving_out_what_is_hidden_changes_no_pixel() {
    for seed in 1..600 {
        let mut random = Random::new(seed);
        let mut world = World::new(48, 40);
        random_scene(&mut world, &mut random);
        let damage = random_damage(&mut random, world.scene.size);
        let (mut culled, mut all) = (vec![0x55; 48 * 40], vec![0x55; 48 * 40]);
        world.repaint(&damage, true, &mut culled);
        world.repaint(&damage, false, &mut all);
        // The highest byte of an opaque target means nothing.
        let different = culled.iter().zip(&all).position(|(a, b)| (a ^ b) & 0xff_ffff != 0);
        assert_eq!(different.map(|at| (at % 48, at / 48)), None, "seed {seed}: {:#?}", world.scene.elements);
    }
}

#[test]
fn every_damaged_pixel_is_painted_once_by_an_opaque_operation_and_no_other_pixel_at_all() {
    for seed in 1..600 {
        let mut random = Random::new(seed);
        let mut world = World::new(48, 40);
        random_scene(&mut world, &mut random);
        let damage = random_damage(&mut random, world.scene.size);
        let plan = plan(world.input(), &damage);
        let mut opaque = vec![0; 48 * 40];
        for op in &plan.ops {
            let mut own = Region::<Physical>::default();
            for rect in &op.rects {
                assert!(!rect.is_empty() && own.clipped(*rect).is_empty(), "seed {seed}: rectangles of {op:?} overlap");
                own.add(*rect);
                for (x, y) in rect.y_range().flat_map(|y| rect.x_range().map(move |x| (x, y))) {
                    assert!(damage.contains(euclid::Point2D::new(x, y)), "seed {seed}: {op:?} is outside of the damage");
                    let count: &mut i32 = &mut opaque[(y * 48 + x) as usize];
                    if op.paint.overwrites() {
                        *count += 1;
                        assert_eq!(*count, 1, "seed {seed}: painted twice");
                    } else {
                        assert_eq!(*count, 1, "seed {seed}: {op:?} blends before anything is there");
                    }
                }
            }
        }
        assert_eq!(opaque.iter().map(|count| i64::from(*count)).sum::<i64>(), damage.clipped(rect(0, 0, 48, 40)).area());
    }
}

fn ops(world: &World) -> Vec<Op> {
    plan(world.input(), &Region::from(Rect::from_size(world.scene.size))).ops
}

fn plain(_: i32, _: i32) -> [u8; 4] {
    [0xff; 4]
}

#[test]
fn an_opaque_window_is_a_copy_but_for_its_corners() {
    let mut world = World::new(100, 100);
    world.surface(1, (60, 50), ShmFormat::Xrgb8888, Transform::Normal, plain);
    world.show(1, rect(20, 30, 60, 50)).radius = 8.0;
    let ops = ops(&world);
    let copied: i64 =
        ops.iter().filter(|op| matches!(op.paint, Paint::Copy { .. })).flat_map(|op| &op.rects).map(|rect| i64::from(rect.area())).sum();
    let masked: i64 =
        ops.iter().filter(|op| matches!(op.paint, Paint::Sample(_))).flat_map(|op| &op.rects).map(|rect| i64::from(rect.area())).sum();
    assert_eq!((copied, masked), (60 * 50 - 4 * 64, 4 * 64));
    assert!(ops.iter().any(|op| matches!(op.paint, Paint::Copy { offset, .. } if offset == Vector2D::new(-20, -30))));
}

#[test]
fn a_viewport_on_whole_pixels_is_a_copy_and_one_between_them_is_not() {
    let mut world = World::new(100, 100);
    let content = world.surface(1, (60, 50), ShmFormat::Xrgb8888, Transform::Normal, plain);
    content.source = Rect::new(euclid::Point2D::new(10.0, 5.0), Size2D::new(40.0, 30.0));
    content.surface_size = Size2D::new(40.0, 30.0);
    world.show(1, rect(0, 0, 40, 30));
    assert!(ops(&world).iter().any(|op| matches!(op.paint, Paint::Copy { offset, .. } if offset == Vector2D::new(10, 5))));
    world.contents.get_mut(&SurfaceId(1)).unwrap().source.origin.x = 10.5;
    assert!(!ops(&world).iter().any(|op| matches!(op.paint, Paint::Copy { .. })));
}

#[test]
fn a_covered_surface_is_not_read() {
    let mut world = World::new(100, 100);
    world.surface(1, (60, 50), ShmFormat::Xrgb8888, Transform::Normal, plain);
    world.show(1, rect(20, 30, 60, 50));
    let cover = Element::new(ElementId::Shell(9), rect(0, 0, 100, 100), ElementKind::Fill(Color::BLACK));
    world.scene.elements.push(cover);
    assert_eq!(ops(&world), [Op { rects: vec![rect(0, 0, 100, 100)], paint: Paint::Fill { color: Color::BLACK, mask: None } }]);
}

#[test]
fn an_unreadable_surface_is_its_placeholder() {
    let mut world = World::new(100, 100);
    world.surface(1, (60, 50), ShmFormat::Xrgb8888, Transform::Normal, plain);
    world.show(1, rect(20, 30, 60, 50));
    world.unreadable.insert(SurfaceId(1));
    let ops = ops(&world);
    assert!(ops.iter().all(|op| op.paint.image().is_none()));
    assert!(ops.iter().any(|op| matches!(op.paint, Paint::Placeholder { .. })));
}

#[test]
fn thresholds_of_dithering_are_all_different_and_even() {
    let mut all: Vec<i32> = (0..64).map(|at| (bayer_threshold(at % 8, at / 8) * 64.0) as i32).collect();
    all.sort_unstable();
    assert_eq!(all, (0..64).collect::<Vec<_>>());
    assert_eq!(bayer_threshold(3, 5), bayer_threshold(11, 13));
}
