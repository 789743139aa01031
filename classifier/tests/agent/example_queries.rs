// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An example query for each metric family, by section of docs/metrics.md.

use classifier::metrics::catalog::{self, Family};

/// Families of a section, each with its example.
pub type Examples = &'static [(Family, &'static str)];

/// Sections by their names in the page's markers.
pub const SECTIONS: [(&str, Examples); 5] = [
    ("packets", PACKETS),
    ("connections and sessions", CONNECTIONS),
    ("FTP", FTP),
    ("interfaces and kernel objects", INTERFACES),
    ("agent", AGENT),
];

const PACKETS: Examples = &[
    (catalog::PACKETS, "sum by (protocol) (rate(classifier_packets_total[5m]))"),
    (catalog::BYTES, "8 * sum by (interface, direction) (rate(classifier_bytes_total[5m]))"),
    (catalog::ICMP_PACKETS, "topk(10, sum by (family, name) (rate(classifier_icmp_packets_total[5m])))"),
    (
        catalog::ICMP_QUOTED_PACKETS,
        "sum by (type, protocol) (rate(classifier_icmp_quoted_packets_total[5m]))",
    ),
    (
        catalog::TCP_FLAG_PACKETS,
        r#"sum by (protocol) (rate(classifier_tcp_flag_packets_total{flag="rst"}[5m]))"#,
    ),
    (catalog::PARSE_LIMITS, "sum by (limit) (increase(classifier_parse_limits_total[1h]))"),
    (catalog::FRAGMENTS_NOT_STORED, "rate(classifier_fragments_not_stored_total[5m]) > 0"),
    (catalog::UNATTRIBUTED_PACKETS, "classifier_unattributed_packets_total > 0"),
];

const CONNECTIONS: Examples = &[
    (
        catalog::TCP_CONNECTIONS,
        r#"sum by (protocol, outcome) (increase(classifier_tcp_connections_total{direction="ingress"}[1h]))"#,
    ),
    (
        catalog::TCP_HANDSHAKE_DURATION,
        "histogram_quantile(0.99, sum by (le, protocol) (rate(classifier_tcp_handshake_duration_seconds_bucket[5m])))",
    ),
    (
        catalog::TCP_HANDSHAKES_EVICTED,
        "sum by (instance) (rate(classifier_tcp_handshakes_evicted_total[5m]))",
    ),
    (
        catalog::SESSIONS,
        r#"sum by (instance, protocol) (increase(classifier_sessions_total{encryption="clear_login"}[1d]))"#,
    ),
    (catalog::SESSIONS_EVICTED, "sum by (instance) (rate(classifier_sessions_evicted_total[5m]))"),
    (catalog::CONNECTIONS_LOST, "increase(classifier_connections_lost_total[1h])"),
    (catalog::UDP_FLOWS_EVICTED, "rate(classifier_udp_flows_evicted_total[5m])"),
    (
        catalog::SOURCE_CONNECTIONS,
        r#"topk(10, sum by (prefix) (classifier_source_connections{outcome="refused"}))"#,
    ),
    (
        catalog::SOURCE_CONNECTIONS_OVERCOUNT,
        "classifier_source_connections - classifier_source_connections_overcount",
    ),
    (
        catalog::PORT_CONNECTIONS,
        r#"topk(10, sum by (transport, port) (classifier_port_connections{direction="ingress",outcome="established"}))"#,
    ),
    (
        catalog::PORT_CONNECTIONS_OVERCOUNT,
        "classifier_port_connections - classifier_port_connections_overcount",
    ),
    (catalog::SOURCE_READ_FAILURES, "increase(classifier_source_read_failures_total[1h])"),
    (
        catalog::POLICY_PACKETS,
        r#"sum by (rule) (rate(classifier_policy_packets_total{verdict="would_drop"}[5m]))"#,
    ),
];

const FTP: Examples = &[
    (catalog::FTP_DATA_PACKETS, "sum by (evidence) (rate(classifier_ftp_data_packets_total[5m]))"),
    (catalog::FTP_SESSIONS, r#"sum by (instance) (classifier_ftp_sessions{control="clear"}) > 0"#),
    (catalog::FTP_SESSIONS_TABLE_FULL, "rate(classifier_ftp_sessions_table_full_total[5m])"),
    (catalog::FTP_SESSIONS_EVICTED, "rate(classifier_ftp_sessions_evicted_total[5m])"),
    (catalog::FTP_PAIRS_TABLE_FULL, "increase(classifier_ftp_encrypted_pairs_table_full_total[1h])"),
    (catalog::FTP_ENDPOINTS, "sum by (mode, state) (classifier_ftp_data_endpoints)"),
    (
        catalog::FTP_ENDPOINTS_LEARNED,
        "sum by (command) (rate(classifier_ftp_data_endpoints_learned_total[5m]))",
    ),
    (
        catalog::FTP_ENDPOINTS_REMOVED,
        "sum by (reason) (rate(classifier_ftp_data_endpoints_removed_total[5m]))",
    ),
    (catalog::FTP_ENDPOINTS_NOT_STORED, "increase(classifier_ftp_data_endpoints_not_stored_total[1h])"),
    (catalog::FTP_REJECTED, "sum by (reason) (increase(classifier_ftp_rejected_total[1h]))"),
    (catalog::FTP_ADDRESS_MISMATCH, "increase(classifier_ftp_address_mismatch_total[1h])"),
    (catalog::FTP_COMMANDS_QUEUE_FULL, "increase(classifier_ftp_commands_queue_full_total[1h])"),
    (catalog::FTP_REPLY_LINES_MALFORMED, "increase(classifier_ftp_reply_lines_malformed_total[1h])"),
    (catalog::FTP_CONTROL_SEGMENTS, "rate(classifier_ftp_control_segments_total[5m])"),
    (
        catalog::FTP_CONTROL_SEGMENTS_LOST,
        "rate(classifier_ftp_control_segments_lost_total[5m]) / rate(classifier_ftp_control_segments_total[5m])",
    ),
    (catalog::FTP_CONTROL_BYTES_MISSED, "increase(classifier_ftp_control_bytes_missed_total[10m])"),
    (catalog::FTP_EVENTS_LOST, "increase(classifier_ftp_events_lost_total[1h])"),
    (
        catalog::FTP_LEARN_DURATION,
        "histogram_quantile(0.99, sum by (le, by) (rate(classifier_ftp_learn_duration_seconds_bucket[5m])))",
    ),
];

const INTERFACES: Examples = &[
    (catalog::INTERFACE_INFO, "count by (ingress, egress) (classifier_interface_info)"),
    (catalog::INTERFACE_ATTACHED, "classifier_interface_attached == 0"),
    (catalog::INTERFACE_ATTACH_FAILURES, "increase(classifier_interface_attach_failures_total[1h]) > 0"),
    (catalog::NETLINK_OVERRUNS, "increase(classifier_netlink_overruns_total[1h])"),
    (catalog::PROGRAM_INFO, "count by (instance, hook) (classifier_program_info)"),
    (
        catalog::PROGRAM_RUN_SECONDS,
        "rate(classifier_program_run_seconds_total[5m]) / rate(classifier_program_runs_total[5m])",
    ),
    (catalog::PROGRAM_RUNS, "sum by (program) (rate(classifier_program_runs_total[5m]))"),
    (catalog::MAP_ENTRIES, "classifier_map_entries / classifier_map_capacity"),
    (catalog::MAP_CAPACITY, "classifier_map_capacity - classifier_map_entries"),
];

const AGENT: Examples = &[
    (catalog::BUILD_INFO, "count by (version) (classifier_build_info)"),
    (catalog::SANDBOX_INFO, r#"classifier_sandbox_info{seccomp="false"}"#),
    (catalog::SCRAPE_SUCCESS, "classifier_scrape_success == 0"),
    (catalog::SCRAPE_DURATION, "max by (instance) (classifier_scrape_duration_seconds)"),
    (catalog::CONFIG_SUCCESSFUL, "classifier_config_last_reload_successful == 0"),
    (catalog::CONFIG_READ, "time() - classifier_config_last_reload_success_timestamp_seconds"),
    (catalog::WEB_CONFIG_SUCCESSFUL, "classifier_web_config_last_reload_successful == 0"),
    (catalog::WEB_CONFIG_READ, "time() - classifier_web_config_last_reload_success_timestamp_seconds"),
    (
        catalog::BACKGROUND_TASK_RESTARTS,
        "sum by (instance, task) (increase(classifier_background_task_restarts_total[1h])) > 0",
    ),
    (catalog::LOG_LINES_DROPPED, "increase(classifier_log_lines_dropped_total[1h])"),
    (
        catalog::HTTP_CONNECTIONS_DROPPED,
        "sum by (reason) (rate(classifier_http_connections_dropped_total[5m]))",
    ),
    (catalog::HTTP_REQUESTS_REFUSED, "sum by (reason) (rate(classifier_http_requests_refused_total[5m]))"),
    (catalog::PROCESS_CPU, r#"rate(process_cpu_seconds_total{job="classifier"}[5m])"#),
    (catalog::PROCESS_RESIDENT_MEMORY, r#"process_resident_memory_bytes{job="classifier"}"#),
    (catalog::PROCESS_VIRTUAL_MEMORY, r#"process_virtual_memory_bytes{job="classifier"}"#),
    (catalog::PROCESS_VIRTUAL_MEMORY_MAX, r#"process_virtual_memory_max_bytes{job="classifier"}"#),
    (catalog::PROCESS_OPEN_FDS, r#"process_open_fds{job="classifier"} / process_max_fds{job="classifier"}"#),
    (catalog::PROCESS_MAX_FDS, r#"min by (instance) (process_max_fds{job="classifier"})"#),
    (catalog::PROCESS_THREADS, r#"process_threads{job="classifier"}"#),
    (catalog::PROCESS_START_TIME, r#"time() - process_start_time_seconds{job="classifier"}"#),
];
