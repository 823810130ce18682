//! How windows move from where they were to where they are: springs and curves, sampled at any time.
//!
//! Only what is seen moves. Input, focus and what others are told go by where windows are, at once. A movement that is interrupted goes on
//! from where it is, and with a spring as fast as it is.

use std::fmt;

use crate::{
    command::{Argument, Kind},
    ids::Timestamp,
};

/// A window is where it shall be when it is nearer than this, in logical pixels, or in parts of its opacity.
const NEAR: f64 = 0.05;
/// No movement lasts longer.
const LONGEST: f64 = 5.0;

/// How a kind of movement runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Movement {
    /// At once.
    Off,
    Ease {
        curve: Curve,
        /// In milliseconds.
        ms: u32,
    },
    /// A damped harmonic oscillator of mass 1.
    Spring {
        /// 1 comes to rest soonest without passing its place; less swings beyond it.
        damping_ratio: f64,
        /// In 1/s².
        stiffness: f64,
    },
}

/// The shape of an ease: part of the way by part of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    Linear,
    /// Cubic, fast at first.
    EaseOut,
    /// Cubic, slow at both ends.
    EaseInOut,
}

impl Curve {
    const ALL: [Self; 3] = [Self::Linear, Self::EaseOut, Self::EaseInOut];

    fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::EaseOut => "ease-out",
            Self::EaseInOut => "ease-in-out",
        }
    }

    fn at(self, part: f64) -> f64 {
        match self {
            Self::Linear => part,
            Self::EaseOut => 1.0 - (1.0 - part).powi(3),
            Self::EaseInOut if part < 0.5 => 4.0 * part.powi(3),
            Self::EaseInOut => 1.0 - (2.0 - 2.0 * part).powi(3) / 2.0,
        }
    }
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Ease { curve, ms } => write!(f, "{} {ms}", curve.name()),
            Self::Spring { damping_ratio, stiffness } => write!(f, "spring {damping_ratio} {stiffness}"),
        }
    }
}

impl Argument for Movement {
    const KIND: Kind =
        Kind::Value { name: "MOVEMENT", takes: "off, linear MS, ease-out MS, ease-in-out MS, or spring DAMPING-RATIO STIFFNESS" };

    fn parse(word: &str) -> Result<Self, String> {
        let words: Vec<&str> = word.split_whitespace().collect();
        let number = |word: &str, from: f64, to: f64| word.parse().ok().filter(|number: &f64| (from..=to).contains(number));
        let movement = match words.as_slice() {
            ["off"] => Some(Self::Off),
            ["spring", damping, stiffness] => number(damping, 0.1, 5.0)
                .zip(number(stiffness, 1.0, 100_000.0))
                .map(|(damping_ratio, stiffness)| Self::Spring { damping_ratio, stiffness }),
            [curve, ms] => Curve::ALL
                .into_iter()
                .find(|known| known.name() == *curve)
                .zip(ms.parse().ok().filter(|ms| (1..=5000).contains(ms)))
                .map(|(curve, ms)| Self::Ease { curve, ms }),
            _ => None,
        };
        movement.ok_or_else(|| {
            "write off, linear, ease-out or ease-in-out with milliseconds from 1 to 5000, such as \"ease-out 150\", or spring with a damping \
             ratio from 0.1 to 5 and a stiffness from 1 to 100000, such as \"spring 1 800\""
                .to_owned()
        })
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

/// What of a window moves: left, top, width, height in logical pixels, and opacity.
pub(crate) type Look = [f64; 5];

/// A movement under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Course {
    from: Look,
    /// Per second, at the beginning.
    velocity: Look,
    to: Look,
    since: Timestamp,
    movement: Movement,
    /// Seconds.
    lasts: f64,
}

impl Course {
    /// `speed`: 2 takes half the time.
    pub(crate) fn new(from: Look, velocity: Look, to: Look, since: Timestamp, movement: Movement, speed: f64) -> Self {
        let movement = match movement {
            Movement::Off => Movement::Off,
            Movement::Ease { curve, ms } => Movement::Ease { curve, ms: (f64::from(ms) / speed).round().clamp(1.0, 60_000.0) as u32 },
            Movement::Spring { damping_ratio, stiffness } => Movement::Spring { damping_ratio, stiffness: stiffness * speed * speed },
        };
        let lasts = match movement {
            Movement::Off => 0.0,
            Movement::Ease { ms, .. } => f64::from(ms) / 1000.0,
            Movement::Spring { damping_ratio, stiffness } => {
                let ways = from.iter().zip(&to).map(|(from, to)| (from - to).abs()).fold(0.0, f64::max);
                let fastest = velocity.iter().fold(0.0_f64, |most, speed| most.max(speed.abs()));
                spring_time(ways, fastest, damping_ratio, stiffness)
            }
        };
        Self { from, velocity, to, since, movement, lasts: lasts.min(LONGEST) }
    }

    pub(crate) fn to(&self) -> Look {
        self.to
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.seconds(now) >= self.lasts
    }

    fn seconds(&self, now: Timestamp) -> f64 {
        now.since(self.since).as_secs_f64()
    }

    /// Where it is, and how fast.
    pub(crate) fn at(&self, now: Timestamp) -> (Look, Look) {
        let time = self.seconds(now);
        if time >= self.lasts {
            return (self.to, [0.0; 5]);
        }
        let mut places = self.to;
        let mut speeds = [0.0; 5];
        let parts = places.iter_mut().zip(&mut speeds).zip(self.from.iter().zip(&self.to).zip(&self.velocity));
        for ((place, speed), ((from, to), velocity)) in parts {
            (*place, *speed) = match self.movement {
                Movement::Off => (*to, 0.0),
                Movement::Ease { curve, .. } => (from + (to - from) * curve.at(time / self.lasts), 0.0),
                Movement::Spring { damping_ratio, stiffness } => {
                    let (away, speed) = spring(from - to, *velocity, damping_ratio, stiffness, time);
                    (to + away, speed)
                }
            };
        }
        (places, speeds)
    }
}

/// Displacement and velocity of a damped harmonic oscillator x'' + 2·ζ·ω·x' + ω²·x = 0 with x(0) = `away` and x'(0) = `velocity`, where
/// ω² is the stiffness for a mass of 1 and ζ the damping ratio. The three cases are those of every textbook of mechanics.
fn spring(away: f64, velocity: f64, damping_ratio: f64, stiffness: f64, time: f64) -> (f64, f64) {
    let omega = stiffness.sqrt();
    let decay = damping_ratio * omega;
    if (damping_ratio - 1.0).abs() < 1e-6 {
        let slope = velocity + omega * away;
        let envelope = (-omega * time).exp();
        let place = (away + slope * time) * envelope;
        return (place, slope * envelope - omega * place);
    }
    if damping_ratio < 1.0 {
        let damped = omega * (1.0 - damping_ratio * damping_ratio).sqrt();
        let (sin, cos) = (damped * time).sin_cos();
        let envelope = (-decay * time).exp();
        let other = (velocity + decay * away) / damped;
        let place = envelope * (away * cos + other * sin);
        return (place, envelope * damped * (other * cos - away * sin) - decay * place);
    }
    let root = omega * (damping_ratio * damping_ratio - 1.0).sqrt();
    let (slow, fast) = (-decay + root, -decay - root);
    let first = (velocity - fast * away) / (slow - fast);
    let second = away - first;
    let (a, b) = (first * (slow * time).exp(), second * (fast * time).exp());
    (a + b, a * slow + b * fast)
}

/// After how many seconds a spring stays nearer than [`NEAR`]: its envelope is halved until it is that small.
fn spring_time(away: f64, velocity: f64, damping_ratio: f64, stiffness: f64) -> f64 {
    let omega = stiffness.sqrt();
    // The slowest of its exponentials decides. Near critical damping a factor of t comes on top.
    let rate =
        if damping_ratio <= 1.0 { damping_ratio * omega } else { omega * (damping_ratio - (damping_ratio * damping_ratio - 1.0).sqrt()) };
    let reach = away + velocity / omega.max(1e-6);
    let mut time = (reach / NEAR).max(1.0).ln() / rate;
    for _ in 0..16 {
        let envelope = reach * (1.0 + omega * time) * (-rate * time).exp();
        if envelope <= NEAR {
            break;
        }
        time += 2_f64.ln() / rate;
    }
    time.clamp(0.0, LONGEST)
}

/// How the desktop moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Animations {
    pub enabled: bool,
    /// 2 takes half the time.
    pub speed: f64,
    /// A window appears.
    pub open: Movement,
    /// A window goes.
    pub close: Movement,
    /// A window gets another place or size.
    pub shift: Movement,
    /// An output shows another workspace.
    pub workspace: Movement,
}

impl Default for Animations {
    /// Off; short and without swinging where one waits for it, so that it helps the eye and holds up nobody.
    fn default() -> Self {
        Self {
            enabled: false,
            speed: 1.0,
            open: Movement::Ease { curve: Curve::EaseOut, ms: 160 },
            close: Movement::Ease { curve: Curve::EaseOut, ms: 140 },
            shift: Movement::Spring { damping_ratio: 1.0, stiffness: 900.0 },
            workspace: Movement::Spring { damping_ratio: 1.0, stiffness: 700.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp(Duration::from_secs(7));

    fn after_ms(at: Timestamp, ms: u64) -> Timestamp {
        at.after(Duration::from_millis(ms))
    }

    fn look(value: f64) -> Look {
        [value; 5]
    }

    #[test]
    fn movements_read_as_they_are_written() {
        for word in ["off", "linear 100", "ease-out 150", "ease-in-out 5000", "spring 1 800", "spring 0.6 1000.5"] {
            assert_eq!(Movement::parse(word).unwrap().to_string(), word);
        }
        for word in ["", "ease-out", "ease-out 0", "bounce 100", "spring 0 800", "spring 1 0", "spring 1", "linear 1e3"] {
            assert!(Movement::parse(word).unwrap_err().starts_with("write off"), "{word}");
        }
    }

    /// The formulas are compared with the differential equation, integrated in small steps.
    #[test]
    fn springs_are_damped_harmonic_oscillators() {
        for damping_ratio in [0.3, 0.9, 1.0, 1.7] {
            let (stiffness, away, velocity) = (400.0_f64, 100.0, -50.0);
            let (mut x, mut v) = (away, velocity);
            let step = 1e-5;
            for n in 0..100_000 {
                if n % 10_000 == 0 {
                    let (place, speed) = spring(away, velocity, damping_ratio, stiffness, f64::from(n) * step);
                    assert!((place - x).abs() < 0.05 && (speed - v).abs() < 1.0, "{damping_ratio} at {n}: {place} {x}, {speed} {v}");
                }
                v += (-stiffness * x - 2.0 * damping_ratio * stiffness.sqrt() * v) * step;
                x += v * step;
            }
        }
    }

    #[test]
    fn a_critically_damped_spring_does_not_pass_its_place() {
        let course = Course::new(look(0.0), look(0.0), look(100.0), START, Movement::Spring { damping_ratio: 1.0, stiffness: 900.0 }, 1.0);
        let mut before = 0.0;
        for ms in 0..1000 {
            let now = course.at(after_ms(START, ms)).0[0];
            assert!((before..=100.0).contains(&now), "{now} after {ms} ms");
            before = now;
        }
        assert_eq!(before, 100.0);
    }

    fn movement() -> impl Strategy<Value = Movement> {
        prop_oneof![
            Just(Movement::Off),
            (0..3_usize, 1..2000_u32).prop_map(|(curve, ms)| Movement::Ease { curve: Curve::ALL[curve], ms }),
            (0.1..5.0_f64, 1.0..100_000.0_f64).prop_map(|(damping_ratio, stiffness)| Movement::Spring { damping_ratio, stiffness }),
        ]
    }

    proptest! {
        #[test]
        fn every_movement_begins_where_it_was_ends_where_it_shall_and_never_jumps(
            movement in movement(), from in -5000.0..5000.0_f64, to in -5000.0..5000.0_f64, velocity in -5000.0..5000.0_f64, speed in 0.1..10.0_f64,
        ) {
            let course = Course::new(look(from), look(velocity), look(to), START, movement, speed);
            let end = START.after(Duration::from_secs_f64(course.lasts));
            prop_assert!(course.is_over(end.after(Duration::from_nanos(1))));
            prop_assert_eq!(course.at(end.after(Duration::from_secs(1))).0, look(to));
            if movement == Movement::Off {
                return Ok(());
            }
            prop_assert!((course.at(START).0[0] - from).abs() < 1e-6);
            // Interrupted, it goes on from there; a spring as fast as it was.
            let middle = START.after(Duration::from_secs_f64(course.lasts / 3.0));
            let (place, fast) = course.at(middle);
            prop_assert!(place.iter().chain(&fast).all(|number| number.is_finite()));
            let other = Course::new(place, fast, look(0.0), middle, movement, speed);
            prop_assert!((other.at(middle).0[0] - place[0]).abs() < 1e-6);
            if matches!(movement, Movement::Spring { .. }) && course.lasts < LONGEST {
                prop_assert!((other.at(middle).1[0] - fast[0]).abs() < 1e-3 * fast[0].abs().max(1.0));
                // The end is no jump that one could see.
                let last = course.at(START.after(Duration::from_secs_f64(course.lasts * 0.999_999))).0[0];
                prop_assert!((last - to).abs() < 0.5, "{last} is far from {to}");
            }
        }
    }
}
