//! The tests of the crate from outside, in one program: each of its own would be linked by itself, and
//! would compile the same instances of the same code.

mod alerts;
mod any_bytes;
mod any_json;
mod auditd;
mod csv;
mod events;
mod evtx;
mod export_golden;
mod export_names;
mod export_schemas;
mod files;
mod freeradius;
mod json;
mod json_products;
mod kdc;
mod merge;
mod no_logs;
mod order;
mod read;
mod real_everything;
mod real_json;
mod real_linux;
mod real_logs;
mod real_sshd;
mod real_syslog;
mod real_zeek;
mod samba;
mod sshd;
mod syslog;
mod syslog_header;
mod tables;
mod tar;
mod utmp;
mod windows_shapes;
mod zeek;
