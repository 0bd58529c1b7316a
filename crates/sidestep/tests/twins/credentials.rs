//! What uses or guesses credentials.

use sidestep::event::{Account, Activity, AuthProtocol, Host, LogonType, TicketEncryption};

use super::Twin;
use super::build::Log;

const ADM: &str = "adm@CORP";
const WRONG: &str = "0xc000006a";
const UNKNOWN: &str = "0xc0000064";

/// A session of type 9 in which an account becomes itself, as a hash is loaded.
fn loaded(log: &mut Log, source: &str) {
    log.logon_as(ADM, source, source, |event| {
        event.logon_type(LogonType::NewCredentials).logon_process("seclogo")
    });
    log.wait(30);
}

fn ntlm(log: &mut Log, account: &str, source: &str, host: &str, key: u16) {
    log.logon_as(account, source, host, |event| {
        event.auth_protocol(AuthProtocol::Ntlm).key_length(key)
    });
    log.wait(5);
}

fn explicit(log: &mut Log, account: &str, host: &str) {
    let host = host.to_owned();
    log.logon_as(account, "MGMT", &host, |event| {
        event
            .activity(Activity::AccountSwitch)
            .subject(Account::parse(ADM))
            .dst_host(Host::named(host.clone()))
            .event_code(4648)
    });
    log.wait(2);
}

pub(crate) fn twins() -> Vec<Twin> {
    vec![
        Twin {
            detection: "keyless_ntlm",
            habit: "NTLM without a key from an old scanner",
            benign: |log| ntlm(log, ADM, "SCAN", "SRV", 0),
            attack: "the same from a desk",
            malign: |log| ntlm(log, ADM, "WS-3", "SRV", 0),
        },
        Twin {
            detection: "password_guessing",
            habit: "a client with an old password",
            benign: |log| {
                (0..30).for_each(|_| {
                    log.wrong(ADM, "MGMT", "SRV", WRONG);
                    log.wait(60);
                });
            },
            attack: "100 wrong passwords in five seconds",
            malign: |log| {
                (0..100).for_each(|_| {
                    log.wrong(ADM, "WS-3", "SRV", WRONG);
                    log.wait_ms(50);
                });
            },
        },
        Twin {
            detection: "pass_the_hash",
            habit: "NTLM with a session key",
            benign: |log| ntlm(log, ADM, "MGMT", "SRV", 128),
            attack: "a hash is loaded and used",
            malign: |log| {
                loaded(log, "MGMT");
                ntlm(log, "user3@CORP", "MGMT", "SRV", 128);
            },
        },
        Twin {
            detection: "overpass_the_hash",
            habit: "strong tickets",
            benign: |log| {
                log.granted(ADM, "MGMT", TicketEncryption::AES256);
                log.wait(5);
                log.ticket(ADM, "MGMT", "SRV", TicketEncryption::AES256);
                log.logon(ADM, "MGMT", "SRV");
            },
            attack: "a weak granting ticket",
            malign: |log| {
                log.granted(ADM, "WS-3", TicketEncryption::RC4_HMAC);
                log.wait(5);
                log.ticket(ADM, "WS-3", "SRV", TicketEncryption::AES256);
                log.logon(ADM, "WS-3", "SRV");
            },
        },
        Twin {
            detection: "explicit_credentials",
            habit: "an administrator's own second account",
            benign: |log| explicit(log, "adm-server@CORP", "SRV"),
            attack: "the account of somebody else, and a service",
            malign: |log| {
                explicit(log, "user3@CORP", "FILES");
                let session = log.logon("user3@CORP", "MGMT", "FILES");
                log.wait(1);
                log.service("user3@CORP", session, "FILES", r"kx (%SystemRoot%\kx.exe)");
            },
        },
        Twin {
            detection: "credential_spread",
            habit: "the same five hosts",
            benign: |log| {
                for host in 0..5 {
                    log.logon(ADM, "MGMT", &format!("SRV-{host}"));
                    log.wait(60);
                }
            },
            attack: "30 other hosts within minutes",
            malign: |log| {
                for host in 0..30 {
                    log.logon(ADM, "MGMT", &format!("PC-{host}"));
                    log.wait(5);
                }
            },
        },
        Twin {
            detection: "guessing_then_success",
            habit: "mistyping twice",
            benign: |log| {
                (0..2).for_each(|_| {
                    log.wrong(ADM, "MGMT", "SRV", WRONG);
                    log.wait(4);
                });
                log.logon(ADM, "MGMT", "SRV");
            },
            attack: "40 wrong passwords from elsewhere, then the right one",
            malign: |log| {
                (0..40).for_each(|_| {
                    log.wrong(ADM, "WS-3", "SRV", WRONG);
                    log.wait(2);
                });
                log.logon(ADM, "WS-3", "SRV");
            },
        },
        Twin {
            detection: "password_spray",
            habit: "a client with an old password",
            benign: |log| {
                (0..30).for_each(|_| {
                    log.wrong(ADM, "MGMT", "SRV", WRONG);
                    log.wait(60);
                });
            },
            attack: "one password for 40 accounts",
            malign: |log| {
                for user in 0..40 {
                    log.wrong(&format!("staff{user}@CORP"), "MGMT", "SRV", WRONG);
                    log.wait(1);
                }
            },
        },
        Twin {
            detection: "account_enumeration",
            habit: "three names that are no more",
            benign: |log| {
                for user in 0..3 {
                    log.wrong(&format!("left{user}@CORP"), "MGMT", "SRV", UNKNOWN);
                    log.wait(60);
                }
            },
            attack: "60 names that never were",
            malign: |log| {
                for user in 0..60 {
                    log.wrong(&format!("name{user}@CORP"), "MGMT", "SRV", UNKNOWN);
                    log.wait(1);
                }
            },
        },
    ]
}
