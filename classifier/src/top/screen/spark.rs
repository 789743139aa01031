// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws numbers as bars of one character.

use super::Appearance;

/// Draws one bar for each number, relative to the largest; a space for unknown ones.
pub(super) fn bars(values: &[Option<f64>], look: Appearance) -> String {
    let largest = values.iter().flatten().copied().fold(0.0, f64::max);
    let levels = look.levels();
    let bar = |value: &Option<f64>| {
        let Some(value) = value else { return ' ' };
        if largest <= 0.0 {
            return levels[0];
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 7")]
        let level = (value / largest * 7.0).ceil() as usize;
        levels[level.min(levels.len() - 1)]
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_parts_of_the_largest_and_anything_at_all_stands_out() {
        let look = Appearance { has_colours: false, has_unicode: true };
        let values = [None, Some(0.0), Some(0.01), Some(50.0), Some(100.0)];
        assert_eq!(bars(&values, look), " ▁▂▅█");
        assert_eq!(bars(&[Some(0.0), None], look), "▁ ");
        assert_eq!(bars(&values, Appearance { has_unicode: false, ..look }), " _.+#");
    }
}
