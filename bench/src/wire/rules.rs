// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rulesets with which an administrator would count by nftables.

/// A counter for each port in either direction, and for frequent ICMP types. Every packet traverses all of
/// them.
pub const COUNTERS: &str = "
table inet counters {
    chain prerouting {
        type filter hook prerouting priority raw; policy accept;
        tcp dport 20 counter
        tcp sport 20 counter
        tcp dport 21 counter
        tcp sport 21 counter
        tcp dport 25 counter
        tcp sport 25 counter
        tcp dport 110 counter
        tcp sport 110 counter
        tcp dport 143 counter
        tcp sport 143 counter
        icmp type echo-request counter
        icmp type echo-reply counter
        icmp type destination-unreachable counter
        icmp type time-exceeded counter
        icmpv6 type echo-request counter
        icmpv6 type echo-reply counter
        icmpv6 type destination-unreachable counter
        icmpv6 type time-exceeded counter
    }
}";

/// One verdict map from the destination port to its counter. Only packets to servers are counted.
pub const VERDICT_MAP: &str = "
table inet verdicts {
    chain to20 { counter; }
    chain to21 { counter; }
    chain to25 { counter; }
    chain to110 { counter; }
    chain to143 { counter; }
    chain prerouting {
        type filter hook prerouting priority raw; policy accept;
        tcp dport vmap { 20 : jump to20, 21 : jump to21, 25 : jump to25, 110 : jump to110, 143 : jump to143 }
    }
}";

/// Verdict maps for both directions and every protocol. Each packet is counted once, like a class of the
/// classifier.
pub const VERDICT_MAPS: &str = "
table inet verdicts {
    chain to20 { counter; }
    chain to21 { counter; }
    chain to25 { counter; }
    chain to110 { counter; }
    chain to143 { counter; }
    chain from20 { counter; }
    chain from21 { counter; }
    chain from25 { counter; }
    chain from110 { counter; }
    chain from143 { counter; }
    chain echo_request { counter; }
    chain echo_reply { counter; }
    chain any_udp { counter; }
    chain any_tcp {
        tcp dport vmap { 20 : goto to20, 21 : goto to21, 25 : goto to25, 110 : goto to110, 143 : goto to143 }
        tcp sport vmap { 20 : goto from20, 21 : goto from21, 25 : goto from25, 110 : goto from110, 143 : goto from143 }
        counter
    }
    chain any_icmp {
        icmp type vmap { echo-request : goto echo_request, echo-reply : goto echo_reply }
        counter
    }
    chain prerouting {
        type filter hook prerouting priority raw; policy accept;
        meta l4proto vmap { tcp : jump any_tcp, udp : jump any_udp, icmp : jump any_icmp }
    }
}";

/// Connection tracking, and counters by state.
pub const CONNECTIONS: &str = "
table inet connections {
    chain prerouting {
        type filter hook prerouting priority filter; policy accept;
        ct state established counter
    }
}";

/// Connection tracking with the kernel's FTP helper. Data connections are those with an expectation.
pub const FTP_HELPER: &str = "
table inet ftp {
    ct helper tracked { type \"ftp\" protocol tcp; }
    chain prerouting {
        type filter hook prerouting priority filter; policy accept;
        tcp dport 21 ct helper set \"tracked\"
        ct state established counter
        ct state related counter
    }
}";
