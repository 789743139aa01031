// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws the table.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Appearance, head::cut, spark};
use crate::top::table::{Cell, Column, GAP, Order, Row, Table};

/// Layout of a table.
pub(super) struct Drawn<'t> {
    pub table: &'t Table,
    pub order: Order,
    pub look: Appearance,
    /// True if the numbers are old.
    pub is_stale: bool,
    /// Columns, with their widths.
    columns: Vec<(usize, usize)>,
    history: usize,
}

impl<'t> Drawn<'t> {
    pub(super) fn new(
        table: &'t Table,
        order: Order,
        look: Appearance,
        is_stale: bool,
        width: usize,
    ) -> Self {
        let (columns, history) = table.fitted(width);
        Self { table, order, look, is_stale, columns, history }
    }

    /// Draws the line of titles.
    pub(super) fn titles(&self) -> Line<'static> {
        let mut spans = Vec::new();
        for (number, width) in &self.columns {
            let column = self.table.columns[*number];
            let is_sorted_by = *number == self.order.column;
            let mark =
                if is_sorted_by { self.look.mark(column.is_number != self.order.is_reversed) } else { "" };
            let style = if is_sorted_by { self.look.title() } else { Appearance::strong() };
            spans.push(Span::styled(placed(&format!("{}{mark}", column.title), *width, column), style));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        if self.history > 0 {
            // A title that is cut says nothing.
            let title = if self.history < "last minute".len() { "1 min" } else { "last minute" };
            spans.push(Span::styled(format!("{title:>width$}", width = self.history), Appearance::strong()));
        }
        Line::from(spans)
    }

    /// Draws a row.
    pub(super) fn row(&self, row: &Row) -> Line<'static> {
        let is_quiet = self.is_stale || !row.is_busy;
        let mut spans = Vec::new();
        for (number, width) in &self.columns {
            let (column, cell) = (self.table.columns[*number], &row.cells[*number]);
            let style = match cell {
                _ if is_quiet => self.look.quiet(),
                Cell::Number(..) if *number == self.order.column => Appearance::strong(),
                Cell::Number(..) => Style::new(),
                Cell::Text(text) => self.look.word(text),
            };
            spans.push(Span::styled(placed(cell.text(), *width, column), style));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        if let Some(history) = row.history.as_ref().filter(|_| self.history > 0) {
            let style = if self.is_stale { self.look.quiet() } else { self.look.bars() };
            spans.push(Span::styled(spark::bars(&history.columns(self.history), self.look), style));
        }
        Line::from(spans)
    }
}

/// Aligns a cell's text in its column.
fn placed(text: &str, width: usize, column: Column) -> String {
    let text = cut(text, width);
    let room = " ".repeat(width.saturating_sub(Span::raw(&text).width()));
    if column.is_number { room + &text } else { text + &room }
}
