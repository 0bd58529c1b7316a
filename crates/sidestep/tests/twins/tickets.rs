//! What is done with Kerberos and the directory.

use sidestep::event::{Account, Activity, Host, HostActivityKind, LogonType, TicketEncryption};

use super::Twin;
use super::build::Log;

const ADM: &str = "adm@CORP";

fn replicate(log: &mut Log, account: &str, source: &str) {
    let session = log.logon(account, source, "DC-1");
    log.wait(1);
    let account = account.to_owned();
    log.did(HostActivityKind::DirectoryReplication, "DC-1", |record| {
        record
            .account(Account::parse(&account).into_owned())
            .object("DS-Replication-Get-Changes-All")
            .logon_id(session)
            .event_code(4662)
    });
}

fn without_preauthentication(log: &mut Log, account: &str, kind: TicketEncryption) {
    log.logon_as(account, "MGMT", "DC-1", |event| {
        event
            .activity(Activity::TicketGrantingTicket)
            .logon_type(LogonType::Unknown)
            .ticket_encryption(kind)
            .preauth_type(0)
            .event_code(4768)
    });
}

fn work(log: &mut Log) {
    log.granted(ADM, "MGMT", TicketEncryption::AES256);
    log.wait(5);
    log.ticket(ADM, "MGMT", "SRV", TicketEncryption::AES256);
    log.logon(ADM, "MGMT", "SRV");
    log.wait(600);
}

/// What shows an intruder whatever the ticket: a service on the host that it opened.
fn service(log: &mut Log, source: &str) {
    let session = log.logon(ADM, source, "FILES");
    log.wait(1);
    log.service(ADM, session, "FILES", r"kx (%SystemRoot%\kx.exe)");
}

/// A program of the desk that calls the controller's Kerberos (Sysmon 3).
fn called(log: &mut Log, program: &str) {
    let program = program.to_owned();
    log.did(HostActivityKind::NetworkConnection, "MGMT", |record| {
        record
            .account(Account::parse(ADM))
            .peer(Host::named("DC-1").with_port(88))
            .object(program)
            .event_code(3)
    });
}

fn renamed(log: &mut Log, old: &str, new: &str) {
    let (old, new) = (old.to_owned(), new.to_owned());
    log.did(HostActivityKind::AccountChange, "DC-1", |record| {
        record.account(Account::parse(ADM)).object(new).detail(old).event_code(4781)
    });
    log.wait(1);
}

pub(crate) fn twins() -> Vec<Twin> {
    vec![
        Twin {
            detection: "kerberos_client",
            habit: "a database's client that brings its own Kerberos",
            benign: |log| called(log, r"C:\Program Files\Db\client.exe"),
            attack: "a tool that asks for tickets",
            malign: |log| called(log, r"C:\Users\adm\Desktop\kx.exe"),
        },
        Twin {
            detection: "machine_name",
            habit: "renaming people",
            benign: |log| renamed(log, "maid", "married"),
            attack: "renaming a machine to the controller's name",
            malign: |log| {
                renamed(log, "PC-88$", "DC-1");
                log.granted("DC-1@CORP", "WS-3", TicketEncryption::AES256);
            },
        },
        Twin {
            detection: "kerberoast",
            habit: "a weak ticket for one old service",
            benign: |log| {
                work(log);
                log.ticket(ADM, "MGMT", "svc-old", TicketEncryption::RC4_HMAC);
            },
            attack: "weak tickets for twelve services in seconds",
            malign: |log| {
                work(log);
                for service in 0..12 {
                    let service = format!("svc-{service}");
                    log.ticket(ADM, "MGMT", &service, TicketEncryption::RC4_HMAC);
                    log.wait_ms(200);
                }
            },
        },
        Twin {
            detection: "asrep_roast",
            habit: "strong tickets of an account without pre-authentication",
            benign: |log| without_preauthentication(log, ADM, TicketEncryption::AES256),
            attack: "a weak one",
            malign: |log| without_preauthentication(log, ADM, TicketEncryption::RC4_HMAC),
        },
        Twin {
            detection: "pass_the_ticket",
            habit: "tickets from the own desk",
            benign: work,
            attack: "a ticket that is used from elsewhere, and a service",
            malign: |log| {
                work(log);
                log.ticket(ADM, "WS-3", "FILES", TicketEncryption::AES256);
                service(log, "WS-3");
            },
        },
        Twin {
            detection: "forged_ticket",
            habit: "strong service tickets",
            benign: work,
            attack: "a weak one for the same service, and a service",
            malign: |log| {
                work(log);
                log.ticket(ADM, "MGMT", "FILES", TicketEncryption::RC4_HMAC);
                service(log, "MGMT");
            },
        },
        Twin {
            detection: "dcsync",
            habit: "a synchronisation from its own server",
            benign: |log| replicate(log, ADM, "SYNC"),
            attack: "the same from a desk",
            malign: |log| replicate(log, ADM, "WS-3"),
        },
    ]
}
