//! What commands say about layouts: widths, counts, sides.

use std::fmt;

use super::{Argument, argument::Kind, words};
use crate::{
    event::Edges,
    layout::tiles::{Centring, ColumnTarget, ContainerLayout, DropSide, NewWindow, Side, Split, Width},
};

words! {
    ColumnTarget { Left = "left", Right = "right", First = "first", Last = "last", }
    Split { Horizontal = "horizontal", Vertical = "vertical", Toggle = "toggle", }
    ContainerLayout { SplitH = "split-h", SplitV = "split-v", Tabbed = "tabbed", Stacked = "stacked", }
    Side { Left = "left", Right = "right", Top = "top", Bottom = "bottom", }
    Centring { Never = "never", Always = "always", OnOverflow = "on-overflow", }
    DropSide { Left = "left", Right = "right", Top = "top", Bottom = "bottom", Middle = "middle", }
    ResizeEdges {
        Nearest = "nearest", Left = "left", Right = "right", Top = "top", Bottom = "bottom",
        TopLeft = "top-left", TopRight = "top-right", BottomLeft = "bottom-left", BottomRight = "bottom-right",
    }
    NewWindow { Beside = "beside", First = "first", Last = "last", }
}

/// The edges of a window that a resize moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResizeEdges {
    /// To the pointer: a corner, or along the middle third of an edge that one alone.
    Nearest,
    Left,
    Right,
    Top,
    Bottom,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl ResizeEdges {
    /// `None`: it depends on the pointer.
    pub(crate) fn edges(self) -> Option<Edges> {
        (self != Self::Nearest).then_some(Edges {
            left: matches!(self, Self::Left | Self::TopLeft | Self::BottomLeft),
            right: matches!(self, Self::Right | Self::TopRight | Self::BottomRight),
            top: matches!(self, Self::Top | Self::TopLeft | Self::TopRight),
            bottom: matches!(self, Self::Bottom | Self::BottomLeft | Self::BottomRight),
        })
    }
}

fn number(text: &str) -> Option<f64> {
    // Plus is what makes a change of it.
    text.parse().ok().filter(|number: &f64| number.is_finite() && !text.starts_with('+'))
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(fraction) => {
                // The shortest that reads as the same number: a multiplication by 100 adds digits at the end.
                let percent = fraction * 100.0;
                let short = (0..12).map(|digits| (percent * 10_f64.powi(digits)).round() / 10_f64.powi(digits));
                write!(f, "{}%", short.chain([percent]).find(|percent| percent / 100.0 == *fraction).unwrap_or(percent))
            }
            Self::Fixed(length) => length.fmt(f),
        }
    }
}

/// `50%`, or `640` logical pixels.
fn width(word: &str) -> Option<Width> {
    match word.strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| Width::Fraction(percent / 100.0)),
        None => number(word).map(Width::Fixed),
    }
}

impl Argument for Width {
    const KIND: Kind = Kind::Value { name: "WIDTH", takes: "a part of the area such as 50%, or logical pixels such as 640" };

    fn parse(word: &str) -> Result<Self, String> {
        let positive = |width: &Self| match width {
            Self::Fraction(fraction) => (0.01..=10.0).contains(fraction),
            Self::Fixed(length) => (1.0..=100_000.0).contains(length),
        };
        width(word).filter(positive).ok_or_else(|| "write a part of the area such as 50%, or logical pixels such as 640".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

/// A new width, or a change of the one there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WidthChange {
    To(Width),
    By(Width),
}

impl Argument for WidthChange {
    const KIND: Kind =
        Kind::Value { name: "WIDTH", takes: "a part of the area such as 50%, logical pixels such as 640, or a change such as +10% or -40" };

    fn parse(word: &str) -> Result<Self, String> {
        let wrong = || "write a width such as 50% or 640, or a change such as +10% or -40".to_owned();
        match word.strip_prefix('+') {
            Some(more) => width(more).map(Self::By).ok_or_else(wrong),
            None if word.starts_with('-') => width(word).map(Self::By).ok_or_else(wrong),
            None => Width::parse(word).map(Self::To).map_err(|_| wrong()),
        }
    }

    fn words(&self) -> Vec<String> {
        vec![match self {
            Self::To(width) => width.to_string(),
            Self::By(Width::Fraction(by) | Width::Fixed(by)) if by.is_sign_negative() => self.by().to_string(),
            Self::By(by) => format!("+{by}"),
        }]
    }
}

impl WidthChange {
    fn by(self) -> Width {
        match self {
            Self::To(width) | Self::By(width) => width,
        }
    }
}

/// A new number, or a change of the one there is: `2`, `+1`, `-0.05`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    To(f64),
    By(f64),
}

impl Change {
    /// What the number will be.
    pub fn of(self, now: f64) -> f64 {
        match self {
            Self::To(number) => number,
            Self::By(by) => now + by,
        }
    }
}

impl Argument for Change {
    const KIND: Kind = Kind::Value { name: "NUMBER", takes: "a number, or a change such as +1 or -0.05" };

    fn parse(word: &str) -> Result<Self, String> {
        let found = match word.strip_prefix('+') {
            Some(more) => number(more).map(Self::By),
            None if word.starts_with('-') => number(word).map(Self::By),
            None => number(word).map(Self::To),
        };
        found.ok_or_else(|| "write a number such as 2, or a change such as +1 or -1".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![match self {
            Self::To(number) => number.to_string(),
            Self::By(by) if by.is_sign_negative() => by.to_string(),
            Self::By(by) => format!("+{by}"),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_read_and_write_the_same() {
        for word in ["50%", "33.3%", "640", "+10%", "-10%", "-40", "+40.5"] {
            assert_eq!(WidthChange::parse(word).unwrap().words(), [word]);
        }
        // Whatever was written as a percentage is written like that again.
        for percent in [33.333, 66.667, 55.0, 7.0, 29.0, 0.1, 30.000000000000004] {
            let word = format!("{percent}%");
            assert_eq!(width(&word).unwrap().to_string(), word);
        }
        for word in ["2", "+1", "-1", "0.6", "-0.05"] {
            assert_eq!(Change::parse(word).unwrap().words(), [word]);
        }
        for word in ["", "%", "++1", "nan", "inf%", "1e999", "50 %", "+", "-"] {
            assert!(WidthChange::parse(word).is_err(), "{word:?}");
            assert!(Change::parse(word).is_err(), "{word:?}");
        }
        for word in ["0%", "-5%", "0", "+5%"] {
            assert!(Width::parse(word).is_err(), "{word:?}");
        }
    }
}
