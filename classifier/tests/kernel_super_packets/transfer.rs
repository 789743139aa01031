// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bulk transfers from the sender to the receiver.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    os::fd::AsRawFd as _,
    thread,
    time::Duration,
};

use rustix::net::sockopt::set_socket_recv_buffer_size;

use crate::route::{Family, Route};

/// TCP window: fewer segments than the 256 of a veth's queue. A segment that is lost there was counted before
/// and not after.
const WINDOW: usize = 200_000;

/// Sends this many bytes to a port of the receiver, and waits until the receiver has read them all.
pub fn tcp(route: &Route, family: Family, port: u16, bytes: usize) {
    let address = SocketAddr::new(route.receiver_address(family), port);
    let listener = route.receiver.enter(|| TcpListener::bind(address)).unwrap();
    set_socket_recv_buffer_size(&listener, WINDOW).unwrap();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut sum, mut buffer) = (0, vec![0; 1 << 20]);
            loop {
                match stream.read(&mut buffer).unwrap() {
                    0 => return sum,
                    count => sum += count,
                }
            }
        });
        let mut stream = route.sender.enter(|| TcpStream::connect(address)).unwrap();
        let block = vec![0x5a; 1 << 20];
        for _ in 0..bytes >> 20 {
            stream.write_all(&block).unwrap();
        }
        drop(stream);
        assert_eq!(reader.join().unwrap(), bytes);
    });
}

/// Sends this many buffers to an unassigned port of the receiver, each to be segmented into 40 full datagrams
/// and a short one.
pub fn segmented_udp(route: &Route, family: Family, buffers: usize) {
    let segment: libc::c_int = 1400;
    let address = SocketAddr::new(route.receiver_address(family), 40_000);
    let _sink = route.receiver.enter(|| UdpSocket::bind(address)).unwrap();
    let any: SocketAddr = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().unwrap();
    let socket = route.sender.enter(|| UdpSocket::bind(any)).unwrap();
    socket.connect(address).unwrap();
    // SAFETY: the option's value is an int that outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_UDP,
            libc::UDP_SEGMENT,
            (&raw const segment).cast(),
            libc::socklen_t::try_from(size_of_val(&segment)).unwrap(),
        )
    };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    let buffer = vec![0x5a; 40 * 1400 + 700];
    for _ in 0..buffers {
        assert_eq!(socket.send(&buffer).unwrap(), buffer.len());
        // No queue on the way overflows.
        thread::sleep(Duration::from_micros(200));
    }
}
