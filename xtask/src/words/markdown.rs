// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Prose of Markdown pages, without code.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Splits a page into its headings, paragraphs, list items and table cells. A code span is one word.
pub fn blocks(page: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut is_code = false;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        let block = blocks.last_mut();
        match (event, block) {
            (Event::Start(Tag::CodeBlock(_)), _) => is_code = true,
            (Event::End(TagEnd::CodeBlock), _) => is_code = false,
            (Event::Text(text), Some(block)) if !is_code => block.push_str(&text),
            (Event::Code(_), Some(block)) => block.push_str("CODE"),
            (Event::SoftBreak | Event::HardBreak, Some(block)) => block.push(' '),
            (Event::Start(tag), _) if is_block(&tag) => blocks.push(String::new()),
            (Event::End(TagEnd::Item | TagEnd::Paragraph | TagEnd::TableCell | TagEnd::Heading(_)), _) => {
                blocks.push(String::new());
            }
            _ => {}
        }
    }
    blocks.retain(|block| !block.trim().is_empty());
    blocks
}

const fn is_block(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Item | Tag::Paragraph | Tag::TableCell | Tag::Heading { .. })
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn code_is_no_prose_and_every_cell_and_item_is_a_block() {
        let page = "# Title\n\nOne `a b c` and\n[two](http://x/).\n\n```\ngoes on\n```\n\n- item\n- other\n\n| a | b |\n| --- | --- |\n| c | d |\n";
        assert_eq!(blocks(page), ["Title", "One CODE and two.", "item", "other", "a", "b", "c", "d"]);
    }
}
