//! What makes, raises and wakes accounts.

use sidestep::event::{Account, Host, HostActivityKind, Mfa, Outcome};

use super::Twin;
use super::build::Log;

const ADM: &str = "adm@CORP";

fn made(log: &mut Log, account: &str, host: &str) {
    let account = account.to_owned();
    log.did(HostActivityKind::AccountCreation, host, |record| {
        record.account(Account::parse(ADM)).object(account).event_code(4720)
    });
    log.wait(600);
}

fn member(log: &mut Log, group: &str) {
    let session = log.logon(ADM, "MGMT", "DC-1");
    log.wait(1);
    let object = format!("{group} (CN=user3)");
    log.did(HostActivityKind::GroupMembership, "DC-1", |record| {
        record.account(Account::parse(ADM)).object(object).logon_id(session).event_code(4728)
    });
}

fn sign_in(log: &mut Log, service: &str, factor: Mfa) {
    let service = service.to_owned();
    log.auth(ADM, |event| {
        event
            .src_host(Host::named("MGMT"))
            .dst_host(Host::named(service))
            .mfa(factor)
            .outcome(Outcome::Success)
    });
    log.wait(5);
}

pub(crate) fn twins() -> Vec<Twin> {
    vec![
        Twin {
            detection: "new_account_use",
            habit: "an account of the domain for somebody new",
            benign: |log| {
                let (account, desk) = (format!("new{}", log.day), format!("NEW-{}", log.day));
                made(log, &account, "DC-1");
                log.logon(&format!("{account}@CORP"), &desk, "FILES");
            },
            attack: "an account of a server, used over the network",
            malign: |log| {
                made(log, "kx", "SRV");
                log.logon("kx@SRV", "MGMT", "SRV");
            },
        },
        Twin {
            detection: "group_escalation",
            habit: "members for the print operators",
            benign: |log| member(log, "Print Operators"),
            attack: "a member for the domain's administrators",
            malign: |log| member(log, "Domain Admins"),
        },
        Twin {
            detection: "dormant_account",
            habit: "an account that is used for four days",
            benign: |log| {
                if log.day < 4 {
                    log.logon("old@CORP", "MGMT", "FILES");
                }
            },
            attack: "it comes back, with a service",
            malign: |log| {
                let session = log.logon("old@CORP", "WS-3", "SRV");
                log.wait(1);
                log.service("old@CORP", session, "SRV", r"kx (%SystemRoot%\kx.exe)");
            },
        },
        Twin {
            detection: "mfa_gap",
            habit: "an old application without a second factor",
            benign: |log| {
                sign_in(log, "old.example", Mfa::NotUsed);
                sign_in(log, "vault.example", Mfa::Used);
            },
            attack: "the vault without a second factor",
            malign: |log| {
                sign_in(log, "old.example", Mfa::NotUsed);
                sign_in(log, "vault.example", Mfa::NotUsed);
            },
        },
    ]
}
