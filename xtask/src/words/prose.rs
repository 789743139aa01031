// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rules for prose: no refused word, no long sentence, no beginning that needs another sentence to be understood.
//!
//! The tests of the agent have this file too, so that the text of the binary follows the same rules.

/// Refused phrases, each with its replacement.
const REFUSED: &str = include_str!("../../words.txt");

/// Words in a sentence at most.
const LONGEST: usize = 30;

/// Words that do not name a subject.
const PRONOUNS: [&str; 15] = [
    "how", "it", "its", "these", "they", "this", "those", "what", "when", "where", "whether", "which", "who",
    "whom", "whose",
];

/// Finds refused phrases and long sentences in a text without markup.
pub fn faults(text: &str) -> Vec<String> {
    let words = words(text).join(" ");
    let padded = format!(" {words} ");
    let refused = REFUSED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (phrase, instead) = line.split_once(" | ")?;
        padded.contains(&format!(" {phrase} ")).then(|| format!("`{phrase}`: write {instead}"))
    });
    let long = sentences(text).into_iter().filter_map(|sentence| {
        let count = sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        (count > LONGEST).then(|| format!("{count} words in a sentence: {}", beginning(sentence)))
    });
    refused.chain(long).collect()
}

/// Returns whether a text begins with a pronoun, so that it names no subject.
pub fn begins_with_pronoun(text: &str) -> bool {
    words(text).first().is_some_and(|first| PRONOUNS.contains(&first.as_str()))
}

/// Words in lower case; an apostrophe or a hyphen is a part of its word.
fn words(text: &str) -> Vec<String> {
    let is_part = |char: char| char.is_alphanumeric() || char == '\'' || char == '-';
    text.split(|char| !is_part(char)).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Sentences; a semicolon ends one, because it stands between two clauses that could be two sentences.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut rest = text;
    let ends = |pair: &[(usize, char)]| matches!(pair, [(_, '.' | '!' | '?' | ';'), (_, next)] if next.is_whitespace());
    let chars: Vec<_> = text.char_indices().collect();
    let mut start = 0;
    for pair in chars.windows(2).filter(|pair| ends(pair)) {
        let end = pair[1].0;
        sentences.push(&text[start..end]);
        (start, rest) = (end, &text[end..]);
    }
    sentences.push(rest);
    sentences
}

fn beginning(sentence: &str) -> String {
    let words: Vec<_> = sentence.split_whitespace().take(10).collect();
    words.join(" ") + " …"
}

#[cfg(test)]
mod tests {
    use super::{begins_with_pronoun, faults, sentences};

    #[test]
    fn a_refused_phrase_is_found_as_whole_words_over_line_ends_and_in_any_case() {
        assert_eq!(faults("Counting goes\non."), ["`goes on`: write continues, resumes"]);
        assert_eq!(faults("In place of both."), ["`in place of`: write instead of"]);
        assert_eq!(faults("Cargo only, and a dialog."), <[String; 0]>::default());
    }

    #[test]
    fn a_sentence_of_thirty_one_words_is_long() {
        let thirty = "word ".repeat(29) + "word. ";
        assert_eq!(faults(&thirty.repeat(2)), <[String; 0]>::default());
        assert_eq!(faults(&("one ".to_owned() + &thirty)).len(), 1);
        assert_eq!(sentences("One. Two 3.5; three").len(), 3);
    }

    #[test]
    fn a_pronoun_at_the_beginning_is_one_as_a_whole_word() {
        for (text, is) in [("Its name.", true), ("`Item` is", false), ("What it is", true), ("Whole", false)]
        {
            assert_eq!(begins_with_pronoun(text), is, "{text}");
        }
    }
}
