//! The two sides of a pair, and a value for each.

use serde::{Deserialize, Serialize};

/// One of the two sides of a sync pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first account of the pair.
    A,
    /// The second account of the pair.
    B,
}

impl Side {
    /// Both sides, A first.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// `a` or `b`, as the settings file and the terminal write it.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// One value for each side, so that a rule is written once for both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PerSide<T> {
    /// What side A has.
    pub a: T,
    /// What side B has.
    pub b: T,
}

impl<T> PerSide<Option<T>> {
    /// Whether neither side has anything.
    pub const fn is_nothing(&self) -> bool {
        self.a.is_none() && self.b.is_none()
    }
}

impl<T> PerSide<T> {
    /// A value for A and one for B.
    pub const fn new(a: T, b: T) -> Self {
        Self { a, b }
    }

    /// Makes each side's value from the side.
    pub fn from_fn(mut make: impl FnMut(Side) -> T) -> Self {
        Self { a: make(Side::A), b: make(Side::B) }
    }

    /// Puts `here` on `side` and `there` on the other.
    pub fn oriented(side: Side, here: T, there: T) -> Self {
        match side {
            Side::A => Self { a: here, b: there },
            Side::B => Self { a: there, b: here },
        }
    }

    /// The value of one side.
    pub const fn get(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// The value of one side, to change it.
    pub const fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// References to both values.
    pub const fn as_ref(&self) -> PerSide<&T> {
        PerSide { a: &self.a, b: &self.b }
    }

    /// Applies a function to both values.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> PerSide<U> {
        PerSide { a: f(self.a), b: f(self.b) }
    }

    /// A's value on B and B's on A.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { a: self.b, b: self.a }
    }
}
