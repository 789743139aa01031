//! The agent without root: made-up counters in, text and HTTP out.

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
mod golden;
mod history;
mod http_answers;
mod http_bounds;
mod logs;
mod made_up;
mod made_up_agents;
mod made_up_top;
mod made_up_traffic;
mod page;
#[path = "../support/page_states/mod.rs"]
mod page_states;
mod policy_masks;
mod policy_refusals;
mod policy_series;
mod reload;
mod report_gathered;
mod report_written;
mod scrape_text;
mod served;
mod status_report;
mod top_keys;
mod top_numbers;
mod top_screens;
mod written;
