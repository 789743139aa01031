// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP types and codes assigned by IANA.
//!
//! Sources: the registries "ICMP Type Numbers" and "`ICMPv6` type Numbers". If a registry lists no codes for
//! a type, code 0 stands for the message itself. Reserved numbers count as unassigned.

/// A type that IANA has assigned.
#[derive(Clone, Copy, Debug)]
pub struct AssignedType {
    /// Number on the wire.
    pub number: u8,
    /// Name by IANA in snake case, without "(Deprecated)"; echo is `echo_request` in both IP versions.
    pub name: &'static str,
    /// Number of codes with a meaning, from 0.
    pub codes: u8,
    /// Another code with a meaning; 0 if there is none.
    pub extra_code: u8,
}

const fn assigned(number: u8, name: &'static str, codes: u8) -> AssignedType {
    AssignedType { number, name, codes, extra_code: 0 }
}

const fn with_extra(number: u8, name: &'static str, codes: u8, extra_code: u8) -> AssignedType {
    AssignedType { number, name, codes, extra_code }
}

/// Assigned types of ICMP (RFC 792 and later).
pub const V4: &[AssignedType] = &[
    assigned(0, "echo_reply", 1),
    assigned(3, "destination_unreachable", 16),
    assigned(4, "source_quench", 1),
    assigned(5, "redirect", 4),
    assigned(6, "alternate_host_address", 1),
    assigned(8, "echo_request", 1),
    with_extra(9, "router_advertisement", 1, 16),
    assigned(10, "router_solicitation", 1),
    assigned(11, "time_exceeded", 2),
    assigned(12, "parameter_problem", 3),
    assigned(13, "timestamp", 1),
    assigned(14, "timestamp_reply", 1),
    assigned(15, "information_request", 1),
    assigned(16, "information_reply", 1),
    assigned(17, "address_mask_request", 1),
    assigned(18, "address_mask_reply", 1),
    assigned(30, "traceroute", 1),
    assigned(31, "datagram_conversion_error", 1),
    assigned(32, "mobile_host_redirect", 1),
    assigned(33, "ipv6_where_are_you", 1),
    assigned(34, "ipv6_i_am_here", 1),
    assigned(35, "mobile_registration_request", 1),
    assigned(36, "mobile_registration_reply", 1),
    assigned(37, "domain_name_request", 1),
    assigned(38, "domain_name_reply", 1),
    assigned(39, "skip", 1),
    assigned(40, "photuris", 6),
    assigned(41, "icmp_messages_utilized_by_experimental_mobility_protocols_such_as_seamoby", 1),
    assigned(42, "extended_echo_request", 1),
    assigned(43, "extended_echo_reply", 5),
    assigned(253, "rfc3692_style_experiment_1", 1),
    assigned(254, "rfc3692_style_experiment_2", 1),
];

/// Assigned types of `ICMPv6` (RFC 4443 and later).
pub const V6: &[AssignedType] = &[
    assigned(1, "destination_unreachable", 9),
    assigned(2, "packet_too_big", 1),
    assigned(3, "time_exceeded", 2),
    assigned(4, "parameter_problem", 11),
    assigned(100, "private_experimentation", 1),
    assigned(101, "private_experimentation", 1),
    assigned(128, "echo_request", 1),
    assigned(129, "echo_reply", 1),
    assigned(130, "multicast_listener_query", 1),
    assigned(131, "multicast_listener_report", 1),
    assigned(132, "multicast_listener_done", 1),
    assigned(133, "router_solicitation", 1),
    assigned(134, "router_advertisement", 1),
    assigned(135, "neighbor_solicitation", 1),
    assigned(136, "neighbor_advertisement", 1),
    assigned(137, "redirect_message", 1),
    with_extra(138, "router_renumbering", 2, 255),
    assigned(139, "icmp_node_information_query", 3),
    assigned(140, "icmp_node_information_response", 3),
    assigned(141, "inverse_neighbor_discovery_solicitation_message", 1),
    assigned(142, "inverse_neighbor_discovery_advertisement_message", 1),
    assigned(143, "version_2_multicast_listener_report", 1),
    assigned(144, "home_agent_address_discovery_request_message", 1),
    assigned(145, "home_agent_address_discovery_reply_message", 1),
    assigned(146, "mobile_prefix_solicitation", 1),
    assigned(147, "mobile_prefix_advertisement", 1),
    assigned(148, "certification_path_solicitation_message", 1),
    assigned(149, "certification_path_advertisement_message", 1),
    assigned(150, "icmp_messages_utilized_by_experimental_mobility_protocols_such_as_seamoby", 1),
    assigned(151, "multicast_router_advertisement", 1),
    assigned(152, "multicast_router_solicitation", 1),
    assigned(153, "multicast_router_termination", 1),
    assigned(154, "fmipv6_messages", 1),
    assigned(155, "rpl_control_message", 1),
    assigned(156, "ilnpv6_locator_update_message", 1),
    assigned(157, "duplicate_address_request", 1),
    assigned(158, "duplicate_address_confirmation", 1),
    assigned(159, "mpl_control_message", 1),
    assigned(160, "extended_echo_request", 1),
    assigned(161, "extended_echo_reply", 5),
    assigned(200, "private_experimentation", 1),
    assigned(201, "private_experimentation", 1),
];
