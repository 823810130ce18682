//! What commands say about single windows: aspect ratios, and spots of the work area.

use std::fmt;

use glasshouse_scene::LogicalSize;

use super::{Argument, argument::Kind, words};
use crate::event::Edges;

/// Neither side of a ratio is larger.
const MAX_SIDE: u32 = 10_000;

words! {
    Spot {
        Left = "left", Right = "right", Top = "top", Bottom = "bottom",
        TopLeft = "top-left", TopRight = "top-right", BottomLeft = "bottom-left", BottomRight = "bottom-right",
        Centre = "centre",
    }
}

/// A part of the work area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Left,
    Right,
    Top,
    Bottom,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
    Centre,
}

impl Spot {
    /// The edges of the work area that it touches.
    pub(crate) fn edges(self) -> Edges {
        Edges {
            left: matches!(self, Self::Left | Self::TopLeft | Self::BottomLeft),
            right: matches!(self, Self::Right | Self::TopRight | Self::BottomRight),
            top: matches!(self, Self::Top | Self::TopLeft | Self::TopRight),
            bottom: matches!(self, Self::Bottom | Self::BottomLeft | Self::BottomRight),
        }
    }
}

/// Width to height, in whole numbers from 1 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AspectRatio {
    width: u32,
    height: u32,
}

impl AspectRatio {
    /// `None`: a number is out of range.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let range = 1..=MAX_SIDE;
        (range.contains(&width) && range.contains(&height)).then_some(Self { width, height })
    }

    /// Width and height, as somebody wrote them.
    pub fn sides(self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The size of this ratio that is as wide, or else as high.
    pub(crate) fn along(self, size: LogicalSize, is_width: bool) -> LogicalSize {
        let ratio = f64::from(self.width) / f64::from(self.height);
        if is_width {
            LogicalSize::new(size.width, (size.width / ratio).round().max(1.0))
        } else {
            LogicalSize::new((size.height * ratio).round().max(1.0), size.height)
        }
    }

    /// The largest size of this ratio that fits, in whole numbers.
    pub(crate) fn within(self, size: LogicalSize) -> LogicalSize {
        let ratio = f64::from(self.width) / f64::from(self.height);
        let (width, height) = (size.width.min(size.height * ratio), size.height.min(size.width / ratio));
        LogicalSize::new(width.round().max(1.0), height.round().max(1.0)).min(size.max(LogicalSize::new(1.0, 1.0)))
    }
}

impl fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

/// An aspect ratio, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    Free,
    Ratio(AspectRatio),
}

impl Argument for Aspect {
    const KIND: Kind = Kind::Value { name: "RATIO", takes: "width to height such as 16:9, or free" };

    fn parse(word: &str) -> Result<Self, String> {
        if word == "free" {
            return Ok(Self::Free);
        }
        let ratio = || {
            let (width, height) = word.split_once(':')?;
            AspectRatio::new(width.parse().ok()?, height.parse().ok()?)
        };
        ratio().map(Self::Ratio).ok_or_else(|| format!("write width to height such as 16:9, each from 1 to {MAX_SIDE}, or free"))
    }

    fn words(&self) -> Vec<String> {
        vec![match self {
            Self::Free => "free".to_owned(),
            Self::Ratio(ratio) => ratio.to_string(),
        }]
    }
}
