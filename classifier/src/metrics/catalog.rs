// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Catalogue of the metric families: no other file of the agent names one.

/// Type of a metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Count that only grows.
    Counter,
    /// Value that goes up and down.
    Gauge,
    /// Constant 1 whose labels carry the information.
    Info,
    /// Observations counted in buckets.
    Histogram,
}

/// A metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Name of the family.
    pub name: &'static str,
    /// HELP text: a sentence of at most 25 words that is read alone.
    pub help: &'static str,
    /// Type of the family.
    pub kind: Kind,
    /// Labels of every sample, in the order of the text format.
    pub labels: &'static [&'static str],
}

/// Label names.
pub mod label {
    macro_rules! names {
        ($($name:ident = $text:literal;)*) => {
            $(#[doc = concat!("`", $text, "`")] pub const $name: &str = $text;)*
        };
    }

    names! {
        BY = "by";
        CAPABILITIES = "capabilities";
        CODE = "code";
        COMMAND = "command";
        CONTROL = "control";
        DIRECTION = "direction";
        EGRESS = "egress";
        ENCRYPTION = "encryption";
        EVIDENCE = "evidence";
        FAMILY = "family";
        FLAG = "flag";
        HOOK = "hook";
        ID = "id";
        INGRESS = "ingress";
        INTERFACE = "interface";
        KERNEL = "kernel";
        LANDLOCK = "landlock";
        LIMIT = "limit";
        MAP = "map";
        MODE = "mode";
        NAME = "name";
        NO_NEW_PRIVS = "no_new_privs";
        OUTCOME = "outcome";
        PORT = "port";
        PREFIX = "prefix";
        PROGRAM = "program";
        PROTOCOL = "protocol";
        REASON = "reason";
        REVISION = "revision";
        ROLE = "role";
        RULE = "rule";
        SECCOMP = "seccomp";
        STATE = "state";
        TAG = "tag";
        TASK = "task";
        TRANSPORT = "transport";
        TYPE = "type";
        USER = "user";
        VERDICT = "verdict";
        VERSION = "version";
    }
}

macro_rules! families {
    ($($constant:ident = $kind:ident $name:literal [$($label:ident)*] $help:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: Family = Family {
                name: $name,
                help: $help,
                kind: Kind::$kind,
                labels: &[$(label::$label),*],
            };
        )*

        /// Every family.
        pub const ALL: &[Family] = &[$($constant),*];
    };
}

families! {
    PACKETS = Counter "classifier_packets_total" [INTERFACE DIRECTION PROTOCOL ROLE]
        "Packets on the wire, each counted under exactly one protocol and role.";
    BYTES = Counter "classifier_bytes_total" [INTERFACE DIRECTION PROTOCOL ROLE]
        "Bytes on the wire from the link-layer header on, with VLAN tags and padding, without FCS.";
    ICMP_PACKETS = Counter "classifier_icmp_packets_total" [INTERFACE DIRECTION FAMILY TYPE CODE NAME]
        "ICMP messages by type and code: whole packets and first fragments.";
    ICMP_QUOTED_PACKETS = Counter "classifier_icmp_quoted_packets_total"
        [INTERFACE DIRECTION FAMILY TYPE PROTOCOL]
        "ICMP errors by the protocol of the packet that the error quotes.";
    TCP_FLAG_PACKETS = Counter "classifier_tcp_flag_packets_total" [INTERFACE DIRECTION PROTOCOL FLAG]
        "TCP packets that open or end a connection, by flag; syn is a SYN without ACK.";
    PARSE_LIMITS = Counter "classifier_parse_limits_total" [INTERFACE DIRECTION LIMIT]
        "Packets with more VLAN tags or IPv6 extension headers than the parser follows.";
    FRAGMENTS_NOT_STORED = Counter "classifier_fragments_not_stored_total" [INTERFACE DIRECTION]
        "First fragments that the fragment table could not store; later fragments of the packet count under protocol fragment.";
    TCP_CONNECTIONS = Counter "classifier_tcp_connections_total" [INTERFACE DIRECTION PROTOCOL OUTCOME]
        "TCP connections by outcome; direction is that of the SYN at the interface.";
    TCP_HANDSHAKE_DURATION = Histogram "classifier_tcp_handshake_duration_seconds" [INTERFACE DIRECTION PROTOCOL]
        "Time from the SYN to the SYN-ACK of an established TCP connection.";
    TCP_HANDSHAKES_EVICTED = Counter "classifier_tcp_handshakes_evicted_total" [INTERFACE DIRECTION]
        "TCP connections evicted from a full bucket before their outcome was known.";
    SESSIONS = Counter "classifier_sessions_total" [INTERFACE PROTOCOL ENCRYPTION]
        "Sessions of FTP, SMTP, POP3 and IMAP by encryption: TLS upgrade, login in clear text, or neither.";
    SESSIONS_EVICTED = Counter "classifier_sessions_evicted_total" [INTERFACE]
        "Sessions evicted from a full bucket before their encryption was known.";
    CONNECTIONS_LOST = Counter "classifier_connections_lost_total" []
        "TCP connections and sessions whose interface was removed before their outcome was known.";
    UDP_FLOWS_EVICTED = Counter "classifier_udp_flows_evicted_total" []
        "UDP flows forgotten within two minutes of their last packet, because newer flows needed the table; they count again.";
    UNATTRIBUTED_PACKETS = Counter "classifier_unattributed_packets_total" []
        "Packets that crossed a hook on an interface without counters; any value above 0 is a bug.";
    SOURCE_CONNECTIONS = Gauge "classifier_source_connections" [DIRECTION PROTOCOL OUTCOME PREFIX]
        "TCP connections with a peer, a host or network: an upper estimate from a table of fixed size.";
    SOURCE_CONNECTIONS_OVERCOUNT = Gauge "classifier_source_connections_overcount"
        [DIRECTION PROTOCOL OUTCOME PREFIX]
        "Largest possible overcount of classifier_source_connections with the same labels.";
    SOURCE_READ_FAILURES = Counter "classifier_source_read_failures_total" []
        "Scrapes without classifier_source_connections or classifier_port_connections, because a table changed during every read.";
    PORT_CONNECTIONS = Gauge "classifier_port_connections" [DIRECTION TRANSPORT PORT OUTCOME]
        "Connections to a port that no protocol has: an upper estimate from a table of fixed size.";
    PORT_CONNECTIONS_OVERCOUNT = Gauge "classifier_port_connections_overcount"
        [DIRECTION TRANSPORT PORT OUTCOME]
        "Largest possible overcount of classifier_port_connections with the same labels.";
    POLICY_PACKETS = Counter "classifier_policy_packets_total" [INTERFACE DIRECTION RULE VERDICT]
        "Packets in the dry run of a policy, by the rule that decides and its verdict.";
    FTP_DATA_PACKETS = Counter "classifier_ftp_data_packets_total" [INTERFACE DIRECTION MODE EVIDENCE]
        "FTP data packets by transfer mode and by the evidence for the classification.";
    FTP_SESSIONS = Gauge "classifier_ftp_sessions" [CONTROL]
        "FTP control connections that are tracked now, in clear text or encrypted.";
    FTP_SESSIONS_TABLE_FULL = Counter "classifier_ftp_sessions_table_full_total" []
        "FTP control connections not tracked because the session table was full; the next packet of the connection retries.";
    FTP_PAIRS_TABLE_FULL = Counter "classifier_ftp_encrypted_pairs_table_full_total" []
        "Encrypted FTP control connections without inference of data connections, because the table of host pairs was full.";
    FTP_SESSIONS_EVICTED = Counter "classifier_ftp_sessions_evicted_total" []
        "FTP control connections evicted from the session table by newer connections.";
    FTP_ENDPOINTS = Gauge "classifier_ftp_data_endpoints" [MODE STATE]
        "FTP data ports in the kernel's table now, by transfer mode and state.";
    FTP_ENDPOINTS_LEARNED = Counter "classifier_ftp_data_endpoints_learned_total" [COMMAND]
        "FTP data ports learned, by the command that announced the port.";
    FTP_ENDPOINTS_REMOVED = Counter "classifier_ftp_data_endpoints_removed_total" [REASON]
        "FTP data ports removed from the kernel's table, by reason.";
    FTP_ENDPOINTS_NOT_STORED = Counter "classifier_ftp_data_endpoints_not_stored_total" []
        "Announced FTP data ports not stored because of concurrent updates of the same bucket.";
    FTP_REJECTED = Counter "classifier_ftp_rejected_total" [REASON]
        "FTP announcements rejected, and FTP control segments over the rate limit of their source, by reason.";
    FTP_ADDRESS_MISMATCH = Counter "classifier_ftp_address_mismatch_total" []
        "FTP 227 replies whose announced address is not the server's.";
    FTP_COMMANDS_QUEUE_FULL = Counter "classifier_ftp_commands_queue_full_total" []
        "FTP commands about data ports or TLS that were ignored because 64 commands were pending.";
    FTP_REPLY_LINES_MALFORMED = Counter "classifier_ftp_reply_lines_malformed_total" []
        "Lines from FTP servers, outside a reply, that do not begin with a reply code.";
    FTP_CONTROL_SEGMENTS = Counter "classifier_ftp_control_segments_total" []
        "FTP control segments forwarded to the agent, because they were out of order or too long.";
    FTP_CONTROL_SEGMENTS_LOST = Counter "classifier_ftp_control_segments_lost_total" []
        "FTP control segments forwarded to the agent that were lost or never completed.";
    FTP_CONTROL_BYTES_MISSED = Counter "classifier_ftp_control_bytes_missed_total" []
        "Bytes of FTP control connections that the receiver acknowledged and no hook saw.";
    FTP_EVENTS_LOST = Counter "classifier_ftp_events_lost_total" []
        "Messages from the kernel to the agent that were lost, control segments excepted; the agent then reads the table.";
    FTP_LEARN_DURATION = Histogram "classifier_ftp_learn_duration_seconds" [BY]
        "Time from the packet that completes an FTP announcement to the entry in the kernel's table.";
    INTERFACE_INFO = Info "classifier_interface_info" [INTERFACE INGRESS EGRESS]
        "Attached interface with the kind of its ingress and egress hooks; always 1.";
    INTERFACE_ATTACHED = Gauge "classifier_interface_attached" [INTERFACE]
        "State of a wanted interface: 1 if attached, 0 if not attached.";
    INTERFACE_ATTACH_FAILURES = Counter "classifier_interface_attach_failures_total" [INTERFACE]
        "Failed attempts to attach an interface; the agent retries until the interface is attached.";
    NETLINK_OVERRUNS = Counter "classifier_netlink_overruns_total" []
        "Overruns of the netlink receive buffer; the agent lists all interfaces again after each overrun.";
    PROGRAM_INFO = Info "classifier_program_info" [PROGRAM ID TAG HOOK]
        "Loaded BPF program with its hook; always 1.";
    PROGRAM_RUN_SECONDS = Counter "classifier_program_run_seconds_total" [PROGRAM ID]
        "Run time of a BPF program, measured while the sysctl kernel.bpf_stats_enabled is on.";
    PROGRAM_RUNS = Counter "classifier_program_runs_total" [PROGRAM ID]
        "Runs of a BPF program, counted while the sysctl kernel.bpf_stats_enabled is on.";
    MAP_ENTRIES = Gauge "classifier_map_entries" [MAP]
        "Entries in a BPF map.";
    MAP_CAPACITY = Gauge "classifier_map_capacity" [MAP]
        "Maximum number of entries in a BPF map.";
    HTTP_CONNECTIONS_DROPPED = Counter "classifier_http_connections_dropped_total" [REASON]
        "HTTP connections that the agent closed before the response was complete, by reason.";
    HTTP_REQUESTS_REFUSED = Counter "classifier_http_requests_refused_total" [REASON]
        "HTTP requests refused by the web configuration: rate limit exceeded, or credentials missing or wrong.";
    BACKGROUND_TASK_RESTARTS = Counter "classifier_background_task_restarts_total" [TASK]
        "Restarts of background tasks of the agent.";
    LOG_LINES_DROPPED = Counter "classifier_log_lines_dropped_total" []
        "Log lines dropped because standard error did not accept the line.";
    WEB_CONFIG_SUCCESSFUL = Gauge "classifier_web_config_last_reload_successful" []
        "State of the web configuration: 1 if the files on disk are in effect, 0 if the files were refused.";
    WEB_CONFIG_READ = Gauge "classifier_web_config_last_reload_success_timestamp_seconds" []
        "Unix time at which the web configuration in effect was read; 0 without a web configuration.";
    CONFIG_SUCCESSFUL = Gauge "classifier_config_last_reload_successful" []
        "Result of the last reload of the configuration: 1 if the settings are in effect, 0 if refused.";
    CONFIG_READ = Gauge "classifier_config_last_reload_success_timestamp_seconds" []
        "Unix time at which the settings in effect were read.";
    SANDBOX_INFO = Info "classifier_sandbox_info" [USER CAPABILITIES NO_NEW_PRIVS SECCOMP LANDLOCK]
        "Remaining privileges of the agent: user, capabilities, no_new_privs, seccomp and Landlock; always 1.";
    BUILD_INFO = Info "classifier_build_info" [VERSION REVISION KERNEL]
        "Version and commit of the agent, and release of the running kernel; always 1.";
    SCRAPE_SUCCESS = Gauge "classifier_scrape_success" []
        "Result of reading the kernel's counters for this scrape: 1 if read, 0 if not.";
    SCRAPE_DURATION = Gauge "classifier_scrape_duration_seconds" []
        "Time to read and write the kernel's counters for this scrape.";
    PROCESS_CPU = Counter "process_cpu_seconds_total" []
        "Total user and system CPU time spent in seconds.";
    PROCESS_OPEN_FDS = Gauge "process_open_fds" []
        "Number of open file descriptors.";
    PROCESS_MAX_FDS = Gauge "process_max_fds" []
        "Maximum number of open file descriptors.";
    PROCESS_VIRTUAL_MEMORY = Gauge "process_virtual_memory_bytes" []
        "Virtual memory size in bytes.";
    PROCESS_VIRTUAL_MEMORY_MAX = Gauge "process_virtual_memory_max_bytes" []
        "Maximum amount of virtual memory available in bytes.";
    PROCESS_RESIDENT_MEMORY = Gauge "process_resident_memory_bytes" []
        "Resident memory size in bytes.";
    PROCESS_START_TIME = Gauge "process_start_time_seconds" []
        "Start time of the process since unix epoch in seconds.";
    PROCESS_THREADS = Gauge "process_threads" []
        "Number of OS threads in the process.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_end_as_their_kind_asks() {
        let mut seen = HashSet::new();
        for Family { name, kind, .. } in ALL {
            assert!(seen.insert(name), "{name} twice");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_info"), *kind == Kind::Info, "{name}");
        }
    }

    #[test]
    fn help_texts_are_sentences_that_need_no_escaping() {
        for Family { name, help, .. } in ALL {
            assert!(help.ends_with('.') && !help.contains(['\\', '\n', '"']), "{name}");
        }
    }

    #[test]
    fn help_texts_are_short_and_name_their_subject() {
        const NO_SUBJECT: [&str; 12] = [
            "How", "It", "Its", "That", "These", "They", "This", "Those", "What", "When", "Whether", "Which",
        ];
        for Family { name, help, .. } in ALL {
            let words: Vec<_> = help.split_whitespace().collect();
            assert!(words.len() <= 25 && !NO_SUBJECT.contains(&words[0]), "{name}: {help}");
        }
    }
}
