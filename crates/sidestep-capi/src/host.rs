//! Hosts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sidestep::event::Host;

use crate::error::Failure;
use crate::status::SIDESTEP_ERR_VALUE;
use crate::text::sidestep_str;

/// One end of a login: a host's name, its address, or both. All zeros is a host that is not known. It
/// lies within other structs and never changes its size.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_host {
    /// NetBIOS or DNS name; NULL where not known.
    pub name: sidestep_str,
    /// Address, in network byte order.
    pub ip: [u8; 16],
    /// Bytes of the address: 4, 16, or 0 where it is not known.
    pub ip_len: u8,
    /// Whether the port is known: 0 or 1.
    pub has_port: u8,
    /// Port, in the machine's byte order.
    pub port: u16,
    /// 0.
    pub reserved: u32,
}

/// Names of a host's fields in errors.
pub(crate) struct HostFields {
    pub(crate) name: &'static str,
    pub(crate) ip_len: &'static str,
}

pub(crate) const SRC_HOST: HostFields =
    HostFields { name: "src_host.name", ip_len: "src_host.ip_len" };
pub(crate) const DST_HOST: HostFields =
    HostFields { name: "dst_host.name", ip_len: "dst_host.ip_len" };
pub(crate) const HOST: HostFields = HostFields { name: "host.name", ip_len: "host.ip_len" };
pub(crate) const PEER: HostFields = HostFields { name: "peer.name", ip_len: "peer.ip_len" };

impl sidestep_host {
    /// A host whose text the caller must keep alive.
    pub(crate) fn of(host: &Host<'_>) -> Self {
        let (ip, ip_len) = match host.ip {
            None => ([0; 16], 0),
            Some(IpAddr::V4(four)) => {
                let mut ip = [0; 16];
                ip[..4].copy_from_slice(&four.octets());
                (ip, 4)
            }
            Some(IpAddr::V6(six)) => (six.octets(), 16),
        };
        Self {
            name: sidestep_str::of_option(host.name.as_deref()),
            ip,
            ip_len,
            has_port: host.port.is_some().into(),
            port: host.port.unwrap_or_default(),
            reserved: 0,
        }
    }

    /// The host.
    ///
    /// # Safety
    /// Its name lives and does not change for as long as `'t`.
    #[inline(always)]
    pub(crate) unsafe fn get<'t>(&self, fields: &HostFields) -> Result<Host<'t>, Failure> {
        // SAFETY: the caller's promise.
        let name = unsafe { self.name.get(fields.name) }?;
        let ip = match self.ip_len {
            0 => None,
            4 => {
                let [a, b, c, d, ..] = self.ip;
                Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
            }
            16 => Some(IpAddr::V6(Ipv6Addr::from(self.ip))),
            other => {
                let what =
                    format!("an address has 4 or 16 bytes, or 0 where not known; not {other}");
                return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at(fields.ip_len));
            }
        };
        let port = (self.has_port != 0).then_some(self.port);
        let mut host = Host::default();
        host.name = name.map(Into::into);
        host.ip = ip;
        host.port = port;
        Ok(host)
    }
}
