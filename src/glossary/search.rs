//! Terms by the words that people type.

use super::{Term, tables};
use crate::capture::near_words;
use crate::service::{OwnCategories, OwnCategory};

/// Separates a table from its column: `services.packets_c2s`.
const DOT: char = '.';
/// Separates a word from a number that belongs to it: `rank:6>0`.
const COLON: char = ':';

/// The terms that a word means: by key, by the word that `shown_as` gives for a term, or for a column together with its table. Upper
/// case, hyphens and underscores make no difference. If there are none, a number after a colon is left out.
pub fn look_up(word: &str, shown_as: impl Fn(Term) -> Option<&'static str>) -> Vec<Term> {
    let wanted = canonical(word);
    if wanted.is_empty() {
        return Vec::new();
    }
    let is = |name: &str| canonical(name) == wanted;
    let is_called = |term: &Term| term.key().is_some_and(is) || shown_as(*term).is_some_and(is);
    let is_column = |term: &Term| matches!(term, Term::Column(table, field) if is(&super::qualified(*table, field.key)));
    let found: Vec<Term> = Term::all().into_iter().filter(|term| is_called(term) || is_column(term)).collect();
    match word.split_once(COLON) {
        Some((before, _)) if found.is_empty() => look_up(before, shown_as),
        _ => found,
    }
}

/// The category of the user's own that a word means.
pub fn own_category<'c>(word: &str, own: &'c OwnCategories) -> Option<&'c OwnCategory> {
    let wanted = canonical(word);
    own.iter().find(|category| category.name == wanted)
}

/// Up to three names of terms, or of categories of the user's own, that are similar to a word, the most similar first.
pub fn near(word: &str, own: &OwnCategories) -> Vec<String> {
    let known: Vec<String> = if word.contains(DOT) {
        let columns = |(table, fields): (_, Vec<crate::report::Field>)| {
            fields.into_iter().map(move |field| super::qualified(table, field.key)).collect::<Vec<_>>()
        };
        tables().into_iter().flat_map(columns).collect()
    } else {
        let own = own.iter().map(|category| category.name.clone());
        Term::all().into_iter().filter_map(Term::key).map(str::to_owned).chain(own).collect()
    };
    let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
    known.sort_unstable();
    known.dedup();
    near_words(word, known).into_iter().map(str::to_owned).collect()
}

fn canonical(word: &str) -> String {
    word.trim().to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::Topic;

    fn topics(word: &str) -> Vec<Topic> {
        look_up(word, |_| None).into_iter().map(Term::topic).collect()
    }

    #[test]
    fn a_word_with_several_meanings_has_all_of_them() {
        assert_eq!(topics("evidence"), [Topic::Table, Topic::Column, Topic::Column, Topic::Column]);
        assert_eq!(topics("refused")[..2], [Topic::Flag, Topic::Reply]);
        assert!(topics("refused")[2..].iter().all(|topic| *topic == Topic::Column));
        assert_eq!(topics("tcp"), [Topic::Place, Topic::Transport]);
    }

    #[test]
    fn case_hyphens_and_numbers_make_no_difference() {
        assert_eq!(topics("sf"), [Topic::TcpState]);
        assert_eq!(topics("PACKETS-C2S").len(), 2);
        assert_eq!(topics("port-diversity:9>1"), [Topic::Evidence]);
        assert_eq!(topics("expect:sdp"), [Topic::Evidence]);
        assert!(topics("").is_empty() && topics(":").is_empty() && topics("xyzzy").is_empty());
    }

    #[test]
    fn a_column_is_found_together_with_its_table() {
        assert_eq!(topics("services.packets_c2s"), [Topic::Column]);
        assert!(topics("ledger.packets_c2s").is_empty());
        assert_eq!(near("services.packets_c2x", &OwnCategories::default())[0], "services.packets_c2s");
        assert_eq!(near("hanshake", &OwnCategories::default()), ["handshake"]);
    }

    #[test]
    fn the_word_of_a_language_is_found_too() {
        let shown = |term: Term| (term.key() == Some("evidence_detail")).then_some("verglichen");
        assert_eq!(look_up("Verglichen", shown).len(), 2);
    }
}
