// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of the agent without root: invented counters in, text and HTTP out.

#[path = "../support/any_capture.rs"]
mod any_capture;
#[path = "../support/capture_files.rs"]
mod capture_files;
mod captures;
mod check;
mod commands;
mod config_file;
mod config_precedence;
mod config_refusals;
mod cost;
mod dashboards;
mod example_queries;
mod golden;
mod history;
mod http_answers;
mod http_bounds;
mod logs;
mod made_up;
mod made_up_agents;
#[cfg(feature = "top")]
mod made_up_top;
mod made_up_traffic;
mod metric_names;
mod metrics_page;
mod page;
#[path = "../support/page_states/mod.rs"]
mod page_states;
mod policy_masks;
mod policy_refusals;
mod policy_series;
mod presets;
mod prometheus_rule;
#[path = "../../../xtask/src/words/prose.rs"]
mod prose;
mod references;
mod reload;
mod report_gathered;
mod report_guard;
mod report_written;
mod scrape_text;
mod served;
mod standard_output;
mod start;
mod status_report;
#[cfg(feature = "top")]
mod top_keys;
#[cfg(feature = "top")]
mod top_numbers;
#[cfg(feature = "top")]
mod top_recorded;
#[cfg(feature = "top")]
mod top_screens;
mod words;
mod written;
