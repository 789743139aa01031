// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes rows as tables, for people.

use super::rows::Rows;
use crate::{columns::Columns, thousands::grouped};

pub(super) fn write(rows: &Rows) -> String {
    let mut text = String::new();
    let share = |part: u64, whole: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a tenth of a percent is shown")]
        let percent = if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
        format!("{percent:.1} %")
    };
    let mut table = Columns::new(["protocol", "role", ">packets", ">share", ">bytes", ">share"]);
    for row in &rows.protocols {
        let [packets, bytes] = [share(row.packets, rows.packets), share(row.bytes, rows.bytes)];
        table.row([
            row.protocol.clone(),
            row.role.to_owned(),
            grouped(row.packets),
            packets,
            grouped(row.bytes),
            bytes,
        ]);
    }
    let empty = String::new;
    table.row(["total".into(), empty(), grouped(rows.packets), empty(), grouped(rows.bytes), empty()]);
    table.write(&mut text);
    if !rows.icmp.is_empty() {
        icmp(rows, &mut text);
    }
    if !rows.icmp_quoted.is_empty() {
        quoted(rows, &mut text);
    }
    text
}

fn icmp(rows: &Rows, text: &mut String) {
    let number = |number: Option<u8>| number.map_or_else(|| "other".to_owned(), |number| number.to_string());
    let mut table = Columns::new(["icmp", "type/code", ">messages"]);
    for row in &rows.icmp {
        let kind = format!("{}/{}", number(row.r#type), number(row.code));
        table.row([format!("{} {}", row.family, row.name), kind, grouped(row.messages)]);
    }
    text.push('\n');
    table.write(text);
}

fn quoted(rows: &Rows, text: &mut String) {
    let mut table = Columns::new(["icmp error", "about", ">messages"]);
    for row in &rows.icmp_quoted {
        let error = format!("{} type {}", row.family, row.r#type);
        table.row([error, row.protocol.clone(), grouped(row.messages)]);
    }
    text.push('\n');
    table.write(text);
}
