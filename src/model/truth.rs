//! Three-valued truth: what a diagram says, denies, or leaves open.

use std::fmt;

/// Whether something holds, as far as a diagram tells.
///
/// A diagram seldom says whether a flow is encrypted, so "not known" is a value of its own.
/// The connectives follow Kleene's strong three-valued logic: `not` swaps [`Truth::Yes`] and
/// [`Truth::No`], `and` is the minimum and `or` the maximum of the order No < Unknown < Yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// The diagram says that it does not hold.
    No,
    /// The diagram does not say.
    #[default]
    Unknown,
    /// The diagram says that it holds.
    Yes,
}

impl Truth {
    /// All values, lowest first.
    pub const ALL: [Self; 3] = [Self::No, Self::Unknown, Self::Yes];

    /// Kleene conjunction.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Kleene disjunction.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether this is [`Truth::Yes`].
    #[must_use]
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Whether this is [`Truth::No`].
    #[must_use]
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// Reads the words people write in a diagram's properties.
    ///
    /// `yes`, `true`, `on`, `1` and `no`, `false`, `off`, `0`, `none` in any case; anything else is
    /// [`Truth::Unknown`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" | "y" => Self::Yes,
            "no" | "false" | "off" | "0" | "n" | "none" => Self::No,
            _ => Self::Unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectives_follow_kleene() {
        for a in Truth::ALL {
            assert_eq!(!!a, a);
            assert_eq!(a.and(Truth::No), Truth::No);
            assert_eq!(a.or(Truth::Yes), Truth::Yes);
            for b in Truth::ALL {
                assert_eq!(!(a.and(b)), (!a).or(!b), "De Morgan for {a} and {b}");
                assert_eq!(a.and(b), b.and(a));
            }
        }
        assert_eq!(Truth::Unknown.and(Truth::Yes), Truth::Unknown);
        assert_eq!(Truth::Unknown.or(Truth::No), Truth::Unknown);
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(Truth::from_word(" TRUE "), Truth::Yes);
        assert_eq!(Truth::from_word("off"), Truth::No);
        assert_eq!(Truth::from_word("maybe"), Truth::Unknown);
    }
}
