//! What opens services of other hosts, and what looks for them.

use sidestep::event::{
    Account, Activity, AuthProtocol, Host, HostActivityKind, LogonType, Outcome,
};

use super::Twin;
use super::build::Log;

const ADM: &str = "adm@CORP";

fn ssh(log: &mut Log, account: &str, source: &str, host: &str, key: &str) {
    let key = key.to_owned();
    log.logon_as(account, source, host, |event| {
        event.auth_protocol(AuthProtocol::PublicKey).logon_process("sshd").credential(key)
    });
    log.wait(20);
}

fn session(log: &mut Log, account: &str, activity: Activity, client: &str, name: &str) {
    let name = name.to_owned();
    log.logon_as(account, client, "TS-1", |event| {
        event
            .activity(activity)
            .logon_type(LogonType::RemoteInteractive)
            .session_name(name)
            .event_code(if activity == Activity::SessionReconnect { 4778 } else { 4779 })
    });
}

/// A session that its owner leaves and takes up again.
fn own_session(log: &mut Log) {
    log.desktop(ADM, "MGMT", "TS-1");
    log.wait(600);
    session(log, ADM, Activity::SessionDisconnect, "MGMT", "RDP-Tcp#3");
    log.wait(600);
    log.desktop(ADM, "MGMT", "TS-1");
    log.wait(1);
    session(log, ADM, Activity::SessionReconnect, "MGMT", "RDP-Tcp#3");
}

fn role(log: &mut Log, from: &str, to: &str) {
    let (from, to) = (from.to_owned(), to.to_owned());
    log.auth(ADM, |event| {
        event
            .src_host(Host::named(from))
            .dst_host(Host::named(to))
            .auth_protocol(AuthProtocol::Saml)
            .outcome(Outcome::Success)
    });
}

fn pipe(log: &mut Log, host: &str, pipe: &str) {
    let session = log.logon(ADM, "MGMT", host);
    log.wait(1);
    log.share(ADM, session, "MGMT", host, &format!(r"\\*\IPC$\{pipe}"));
}

fn password_changed(log: &mut Log, machine: &str) {
    let machine = machine.to_owned();
    log.did(HostActivityKind::AccountChange, "DC-1", |record| {
        record
            .account(Account::parse(r"NT AUTHORITY\ANONYMOUS LOGON"))
            .object(machine)
            .event_code(4742)
    });
}

pub(crate) fn twins() -> Vec<Twin> {
    vec![
        Twin {
            detection: "desktop_sweep",
            habit: "four desktops within an hour",
            benign: |log| {
                for host in 0..4 {
                    log.desktop(ADM, "MGMT", &format!("TS-{host}"));
                    log.wait(900);
                }
            },
            attack: "eleven desktops within two seconds",
            malign: |log| {
                for host in 0..11 {
                    log.desktop(ADM, "MGMT", &format!("PC-{host}"));
                    log.wait_ms(200);
                }
            },
        },
        Twin {
            detection: "rdp",
            habit: "a desktop from the desk",
            benign: |log| {
                log.desktop(ADM, "MGMT", "SRV");
            },
            attack: "a desktop from the server that was reached so",
            malign: |log| {
                log.desktop(ADM, "MGMT", "SRV");
                log.wait(600);
                log.desktop(ADM, "SRV", "FILES");
            },
        },
        Twin {
            detection: "rdp_tunnel",
            habit: "a tunnel to the jump host itself",
            benign: |log| {
                log.desktop(ADM, "JUMP", "JUMP");
            },
            attack: "a tunnel to a server itself",
            malign: |log| {
                log.desktop(ADM, "SRV", "SRV");
            },
        },
        Twin {
            detection: "ssh",
            habit: "the same key to the same host",
            benign: |log| ssh(log, ADM, "MGMT", "LX-1", "SHA256:a"),
            attack: "the key opens another account",
            malign: |log| ssh(log, "root@LX-1", "MGMT", "LX-1", "SHA256:a"),
        },
        Twin {
            detection: "ssh_hijacking",
            habit: "an own key that goes on by its agent",
            benign: |log| {
                ssh(log, ADM, "MGMT", "LX-1", "SHA256:a");
                ssh(log, ADM, "LX-1", "LX-2", "SHA256:a");
            },
            attack: "a guest goes on with another's key",
            malign: |log| {
                ssh(log, ADM, "MGMT", "LX-1", "SHA256:a");
                ssh(log, "eve@CORP", "WS-9", "LX-1", "SHA256:e");
                ssh(log, ADM, "LX-1", "LX-3", "SHA256:a");
            },
        },
        Twin {
            detection: "session_takeover",
            habit: "taking up one's own session",
            benign: own_session,
            attack: "taking up the session of another",
            malign: |log| {
                log.desktop("user3@CORP", "WS-3", "TS-1");
                log.wait(600);
                session(log, "user3@CORP", Activity::SessionDisconnect, "WS-3", "RDP-Tcp#8");
                own_session(log);
                log.wait(600);
                session(log, ADM, Activity::SessionDisconnect, "MGMT", "RDP-Tcp#3");
                log.wait_ms(300);
                session(log, "user3@CORP", Activity::SessionReconnect, "MGMT", "RDP-Tcp#3");
            },
        },
        Twin {
            detection: "cloud_session",
            habit: "a sign-in to the same application",
            benign: |log| role(log, "MGMT", "mail.example"),
            attack: "going from one role to another",
            malign: |log| {
                role(log, "arn:aws:iam::1:role/dev", "arn:aws:iam::2:role/admin");
            },
        },
        Twin {
            detection: "coerced_authentication",
            habit: "printing",
            benign: |log| pipe(log, "PRINT", "spoolss"),
            attack: "calling the controller's file encryption",
            malign: |log| {
                pipe(log, "DC-1", "efsrpc");
                log.wait(1);
                log.logon_as("DC-1$@CORP", "DC-1", "SRV", |event| {
                    event.auth_protocol(AuthProtocol::Ntlm).key_length(128)
                });
            },
        },
        Twin {
            detection: "remote_exploit",
            habit: "machines that change their passwords",
            benign: |log| {
                let machine = format!("WS-{}$", log.day % 10);
                password_changed(log, &machine);
            },
            attack: "the controller's own password changed by nobody",
            malign: |log| password_changed(log, "DC-1$"),
        },
        Twin {
            detection: "share_sweep",
            habit: "a backup of the same five hosts",
            benign: |log| {
                for host in 0..5 {
                    let host = format!("SRV-{host}");
                    let session = log.logon(ADM, "MGMT", &host);
                    log.share(ADM, session, "MGMT", &host, r"\\*\C$");
                    log.wait(60);
                }
            },
            attack: "the shares of 40 other hosts",
            malign: |log| {
                for host in 0..40 {
                    let host = format!("PC-{host}");
                    let session = log.logon(ADM, "MGMT", &host);
                    log.share(ADM, session, "MGMT", &host, r"\\*\C$");
                    log.wait(1);
                }
            },
        },
        Twin {
            detection: "host_sweep",
            habit: "monitoring that is refused by the same ten hosts",
            benign: |log| {
                for host in 0..10 {
                    log.wrong(ADM, "MGMT", &format!("SRV-{host}"), "0xc000006d");
                    log.wait(30);
                }
            },
            attack: "40 other hosts that refuse",
            malign: |log| {
                for host in 0..40 {
                    log.wrong(ADM, "MGMT", &format!("PC-{host}"), "0xc000006d");
                    log.wait(1);
                }
            },
        },
    ]
}
