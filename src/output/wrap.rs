//! Columns in less room than they would like: how wide each may be, and its text in lines of that width.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Fewer free places than this are of no use: neither to go on with a line, nor to another column.
const USEFUL: usize = 3;

/// Places of the terminal that a text takes.
pub fn width_of(text: &str) -> usize {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain { text.len() } else { text.width() }
}

/// The widths of columns that would like to be as wide as `wanted` and have `room` together. `longest` tells the longest line
/// of a column whose text is wrapped to a width.
///
/// What needs less than an equal share gets what it needs, and what it leaves is for the others. Those are wrapped; where
/// the words do not fill the share, the rest of it is for the others, too.
pub fn widths(wanted: &[usize], room: usize, mut longest: impl FnMut(usize, usize) -> usize) -> Vec<usize> {
    let mut shares = Shares { widths: vec![None; wanted.len()], room };
    shares.settle(|column, share| (wanted[column] <= share).then_some(wanted[column]));
    shares.settle(|column, share| {
        // Every look at the longest line is one at all rows.
        let needed = if share < USEFUL { share } else { longest(column, share) };
        (needed + USEFUL <= share).then_some(needed)
    });
    shares.divided()
}

/// Columns, some of whose widths are settled, and the room that is left for the others.
struct Shares {
    widths: Vec<Option<usize>>,
    room: usize,
}

impl Shares {
    fn open(&self) -> usize {
        self.widths.iter().filter(|width| width.is_none()).count()
    }

    /// Settles columns until there is none left for which `needed`, asked with its share, has an answer.
    fn settle(&mut self, mut needed: impl FnMut(usize, usize) -> Option<usize>) {
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for column in 0..self.widths.len() {
                if self.widths[column].is_none()
                    && let Some(width) = needed(column, self.room / self.open())
                {
                    self.widths[column] = Some(width);
                    self.room = self.room.saturating_sub(width);
                    goes_on = true;
                }
            }
        }
    }

    /// All widths: the rest is divided equally, what cannot be divided goes to the first ones.
    fn divided(self) -> Vec<usize> {
        let open = self.open().max(1);
        let room = self.room.max(open);
        let mut shares = (0..open).map(|place| room / open + usize::from(place < room % open));
        self.widths.into_iter().map(|width| width.or_else(|| shares.next()).unwrap_or(0).max(1)).collect()
    }
}

/// The text in lines of at most `width` places, broken between words where that is possible. At least one grapheme stands in
/// a line, even if it is too wide.
pub fn wrapped(text: &str, width: usize) -> Vec<&str> {
    if width_of(text) <= width {
        return vec![text];
    }
    let mut lines = Vec::new();
    // The line reaches from `begin` to `end` and takes `used` places; the next word begins at `next`.
    let (mut begin, mut end, mut used, mut next) = (0, 0, 0, 0);
    while next <= text.len() {
        let word = text[next..].split(' ').next().unwrap_or("");
        let is_new = begin == end;
        let gap = usize::from(!is_new);
        let (needed, free) = (width_of(word), width.saturating_sub(used + gap));
        let mut is_full = true;
        if used + gap + needed <= width {
            begin = if is_new { next } else { begin };
            end = next + word.len();
            next = end + 1;
            used += gap + needed;
            is_full = used > width.saturating_sub(USEFUL - 1);
        } else if needed > width && (is_new || free >= USEFUL) {
            begin = if is_new { next } else { begin };
            next += head(word, free, is_new);
            end = next;
        }
        if is_full {
            lines.push(&text[begin..end]);
            (begin, used) = (end, 0);
        }
    }
    if begin < end {
        lines.push(&text[begin..end]);
    }
    lines
}

/// How many bytes of a word fit into so many places; at least its first character, if something must.
fn head(word: &str, places: usize, at_least_one: bool) -> usize {
    let mut used = 0;
    let fits = |&(_, grapheme): &(usize, &str)| {
        used += width_of(grapheme);
        used <= places
    };
    let fitting = word.grapheme_indices(true).take_while(fits).last().map_or(0, |(at, grapheme)| at + grapheme.len());
    match word.chars().next() {
        Some(first) if at_least_one => fitting.max(first.len_utf8()),
        _ => fitting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("2001:db8::12 and more", 5), ["2001:", "db8::", "12", "and", "more"]);
        assert_eq!(wrapped("a longestword", 8), ["a longes", "tword"]);
        assert_eq!(wrapped("one  two", 9), ["one  two"]);
        assert_eq!(wrapped(" b", 2), [" b"]);
    }

    #[test]
    fn wide_characters_take_two_places_and_marks_stay_with_their_letter() {
        assert_eq!(width_of("日本語"), 6);
        assert_eq!(wrapped("日本語", 5), ["日本", "語"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("aaae\u{301}b", 4), ["aaae\u{301}", "b"]);
    }

    #[test]
    fn columns_get_what_they_need_and_the_widest_share_the_rest() {
        let never = |_, _| panic!("nothing is wrapped");
        assert_eq!(widths(&[5, 3, 8], 16, never), [5, 3, 8]);
        assert_eq!(widths(&[5, 30, 40], 26, |_, share| share), [5, 11, 10]);
        assert_eq!(widths(&[5, 30, 40], 25, |column, share| if column == 1 { 4 } else { share }), [5, 4, 16]);
        assert_eq!(widths(&[9, 9], 0, |_, share| share), [1, 1]);
    }
}
