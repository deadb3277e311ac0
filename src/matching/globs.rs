//! Patterns with stars, over characters and over the segments of a path.

/// Whether a text is like a pattern, in which `*` stands for any text.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let is_star = |b: &u8| *b == b'*';
    stars(pattern.as_bytes(), text.as_bytes(), is_star, |a, b| a == b)
}

/// Whether the segments of a path are like a pattern, in which `**` stands for any number of them.
pub(super) fn same_segments(pattern: &[String], path: &[&str], same: impl Fn(&str, &str) -> bool) -> bool {
    stars(pattern, path, |part| part == "**", |part, text| same(part, text))
}

/// Whether items are like a pattern, some parts of which stand for any number of items. Only the last such part is ever
/// tried again, so the time is at most the product of the lengths.
fn stars<P, T>(
    pattern: &[P],
    items: &[T],
    is_star: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while i < items.len() {
        match pattern.get(p) {
            Some(part) if is_star(part) => {
                p += 1;
                retry = Some((p, i));
            }
            Some(part) if same(part, &items[i]) => (p, i) = (p + 1, i + 1),
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                (p, i) = (after_star, taken + 1);
                retry = Some((p, i));
            }
        }
    }
    pattern[p..].iter().all(is_star)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text, holds) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "aXbY", false),
            ("**", "a", true),
            ("*ä*", "xäy", true),
        ] {
            assert_eq!(glob(pattern, text), holds, "{pattern} {text}");
        }
    }
}
