//! Every metric family of the agent: no other file names one.

/// What a family's samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Always 1; the labels are what matters.
    Info,
    /// Observations in buckets.
    Histogram,
}

/// A metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Name of its samples.
    pub name: &'static str,
    /// One sentence for people.
    pub help: &'static str,
    /// What its samples are.
    pub kind: Kind,
    /// The labels of every sample, in the order in which they are written.
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
        "Packets on the wire, each under exactly one protocol and role.";
    BYTES = Counter "classifier_bytes_total" [INTERFACE DIRECTION PROTOCOL ROLE]
        "Bytes on the wire from the link-layer header on, VLAN tags and padding included, FCS not.";
    ICMP_PACKETS = Counter "classifier_icmp_packets_total" [INTERFACE DIRECTION FAMILY TYPE CODE NAME]
        "ICMP messages: whole packets and first fragments.";
    ICMP_QUOTED_PACKETS = Counter "classifier_icmp_quoted_packets_total"
        [INTERFACE DIRECTION FAMILY TYPE PROTOCOL]
        "ICMP error messages by the protocol of the packet that they quote.";
    TCP_FLAG_PACKETS = Counter "classifier_tcp_flag_packets_total" [INTERFACE DIRECTION PROTOCOL FLAG]
        "TCP packets with a flag that opens or ends a connection; syn is without ACK.";
    PARSE_LIMITS = Counter "classifier_parse_limits_total" [INTERFACE DIRECTION LIMIT]
        "Packets that ran into a bound of the parser.";
    FRAGMENTS_UNREMEMBERED = Counter "classifier_fragments_unremembered_total" [INTERFACE DIRECTION]
        "First fragments whose class found no room; their later fragments count as fragment.";
    TCP_CONNECTIONS = Counter "classifier_tcp_connections_total" [INTERFACE DIRECTION PROTOCOL OUTCOME]
        "TCP connections by what became of them; direction is who opened them.";
    TCP_HANDSHAKE_SECONDS = Histogram "classifier_tcp_handshake_seconds" [INTERFACE DIRECTION PROTOCOL]
        "From the SYN of an established TCP connection to the SYN-ACK.";
    TCP_HANDSHAKES_EVICTED = Counter "classifier_tcp_handshakes_evicted_total" [INTERFACE DIRECTION]
        "TCP connections that gave way to others before anything was known of them.";
    SESSIONS = Counter "classifier_sessions_total" [INTERFACE PROTOCOL ENCRYPTION]
        "Sessions by whether they were encrypted before anybody logged in.";
    SESSIONS_EVICTED = Counter "classifier_sessions_evicted_total" [INTERFACE]
        "Sessions that gave way to TCP connections before anything was known of them.";
    CONNECTIONS_LOST = Counter "classifier_connections_lost_total" []
        "TCP connections and sessions whose interface had gone when something was known of them.";
    UNATTRIBUTED_PACKETS = Counter "classifier_unattributed_packets_total" []
        "Packets that crossed a hook on an interface without counters.";
    SOURCE_CONNECTIONS = Gauge "classifier_source_connections" [DIRECTION PROTOCOL OUTCOME PREFIX]
        "Connections with a host or network, at most: an estimate from a table of a fixed size.";
    SOURCE_CONNECTIONS_ERROR = Gauge "classifier_source_connections_error"
        [DIRECTION PROTOCOL OUTCOME PREFIX]
        "How many of those connections may have been with others: the estimate is too high by this at most.";
    POLICY_PACKETS = Counter "classifier_policy_packets_total" [INTERFACE DIRECTION RULE VERDICT]
        "Packets by the rule of the policy that decides about them, and what it would do.";
    FTP_DATA_PACKETS = Counter "classifier_ftp_data_packets_total" [INTERFACE DIRECTION MODE EVIDENCE]
        "FTP data packets by why they are taken for it.";
    FTP_SESSIONS = Gauge "classifier_ftp_sessions" [CONTROL]
        "FTP control connections that are tracked now.";
    FTP_SESSIONS_REFUSED = Counter "classifier_ftp_sessions_refused_total" []
        "FTP control connections that found no room; their next packet tries again.";
    FTP_SESSIONS_EVICTED = Counter "classifier_ftp_sessions_evicted_total" []
        "FTP control connections that gave way to newer ones.";
    FTP_ENDPOINTS = Gauge "classifier_ftp_data_endpoints" [MODE STATE]
        "Announced FTP data ports in the kernel's table now.";
    FTP_ENDPOINTS_LEARNED = Counter "classifier_ftp_data_endpoints_learned_total" [COMMAND]
        "FTP data ports that were learned.";
    FTP_ENDPOINTS_REMOVED = Counter "classifier_ftp_data_endpoints_removed_total" [REASON]
        "FTP data ports that are over.";
    FTP_ENDPOINTS_UNPLACED = Counter "classifier_ftp_data_endpoints_unplaced_total" []
        "Announcements that found no place in the table for others that were being written.";
    FTP_REJECTED = Counter "classifier_ftp_rejected_total" [REASON]
        "FTP announcements that were not believed, and control segments past their source's rate.";
    FTP_ADDRESS_MISMATCH = Counter "classifier_ftp_address_mismatch_total" []
        "227 replies whose announced address is not the server's.";
    FTP_CONTROL_SEGMENTS = Counter "classifier_ftp_control_segments_total" []
        "Control segments that came out of order or were too long, and were handed to the agent.";
    FTP_CONTROL_SEGMENTS_LOST = Counter "classifier_ftp_control_segments_lost_total" []
        "Those that were lost on the way, or never completed.";
    FTP_CONTROL_BYTES_UNSEEN = Counter "classifier_ftp_control_bytes_unseen_total" []
        "Bytes of control connections that were acknowledged and that no hook saw.";
    FTP_EVENTS_LOST = Counter "classifier_ftp_events_lost_total" []
        "Other messages from the kernel to the agent that were lost; the agent then reads the table itself.";
    FTP_LEARN_SECONDS = Histogram "classifier_ftp_learn_seconds" [BY]
        "From the packet that completes an announcement to the entry in the kernel's table.";
    INTERFACE_INFO = Info "classifier_interface_info" [INTERFACE INGRESS EGRESS]
        "How an interface is attached; present while it is.";
    INTERFACES_WANTED = Gauge "classifier_interfaces_wanted" []
        "Interfaces that are to be attached now, missing ones too.";
    INTERFACE_ATTACH_FAILURES = Counter "classifier_interface_attach_failures_total" [INTERFACE]
        "Attempts to attach an interface that failed; it is tried again until it is attached.";
    NETLINK_OVERRUNS = Counter "classifier_netlink_overruns_total" []
        "Times that more happened to interfaces than could be heard; they are then listed.";
    PROGRAM_INFO = Info "classifier_program_info" [PROGRAM ID TAG HOOK]
        "A loaded kernel program.";
    PROGRAM_RUN_SECONDS = Counter "classifier_program_run_seconds_total" [PROGRAM ID]
        "Time spent in a kernel program, while kernel.bpf_stats_enabled is on.";
    PROGRAM_RUNS = Counter "classifier_program_runs_total" [PROGRAM ID]
        "Times that a kernel program ran, while kernel.bpf_stats_enabled is on.";
    MAP_ENTRIES = Gauge "classifier_map_entries" [MAP]
        "Entries in a kernel map.";
    MAP_CAPACITY = Gauge "classifier_map_capacity" [MAP]
        "Entries that a kernel map has room for.";
    HTTP_CONNECTIONS_DROPPED = Counter "classifier_http_connections_dropped_total" [REASON]
        "HTTP connections that the agent ended before they were answered or done.";
    HTTP_REQUESTS_REFUSED = Counter "classifier_http_requests_refused_total" [REASON]
        "HTTP requests that the web configuration refuses: too many, or without a user's name and password.";
    WEB_CONFIG_SUCCESSFUL = Gauge "classifier_web_config_last_reload_successful" []
        "1 if the web configuration applies as its files are, 0 if they have changed and are refused.";
    WEB_CONFIG_READ = Gauge "classifier_web_config_last_reload_success_timestamp_seconds" []
        "When the web configuration that applies was read, since unix epoch in seconds; 0 without one.";
    CONFIG_SUCCESSFUL = Gauge "classifier_config_last_reload_successful" []
        "1 if the settings that were read last apply, 0 if they were refused.";
    CONFIG_READ = Gauge "classifier_config_last_reload_timestamp_seconds" []
        "When the settings that apply were read, since unix epoch in seconds.";
    SANDBOX_INFO = Info "classifier_sandbox_info" [USER CAPABILITIES NO_NEW_PRIVS SECCOMP LANDLOCK]
        "What the agent may still do: its user, its capabilities, and what holds it.";
    BUILD_INFO = Info "classifier_build_info" [VERSION REVISION KERNEL]
        "The agent's version and commit, and the kernel that it runs on.";
    SCRAPE_SUCCESS = Gauge "classifier_scrape_success" []
        "1 if the kernel's counters could be read for this scrape, else 0.";
    SCRAPE_DURATION = Gauge "classifier_scrape_duration_seconds" []
        "Time that reading and writing the kernel's counters took for this scrape.";
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
}
