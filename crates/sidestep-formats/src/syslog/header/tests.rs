use super::*;

fn parts(line: &str) -> Option<(&str, &str, &str)> {
    Head::parse(line).map(|head| (head.host, head.program, head.text))
}

#[test]
fn the_three_forms_are_told_apart() {
    let parsed = Some(("web1", "sshd", "Hello: there"));
    for line in [
        "Dec 10 06:55:46 web1 sshd[24200]: Hello: there",
        "Dec  1 06:55:46 web1 sshd: Hello: there",
        "Dec 1 06:55:46.250 web1 sshd[1]: Hello: there",
        "<34>Dec 10 06:55:46 web1 /usr/sbin/sshd[24200]: Hello: there",
        "2024-03-01T08:15:30.123456+01:00 web1 sshd[1]: Hello: there",
        "<34>1 2024-03-01T08:15:30.123Z web1 sshd 24200 - - Hello: there",
        "<34>1 - web1 sshd 24200 ID47 [a@1 b=\"x \\\"]\\\" y\"][c@1] Hello: there",
        "<34>1 - web1 sshd 24200 ID47 - \u{feff}Hello: there",
    ] {
        assert_eq!(parts(line), parsed, "{line}");
    }
    assert_eq!(
        parts("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass"),
        Some(("combo", "sshd(pam_unix)", "check pass"))
    );
    assert_eq!(
        parts("Jun 14 15:16:01 combo last message repeated 2 times"),
        Some(("combo", "last", "message repeated 2 times"))
    );
    assert_eq!(
        parts("Jul  7 08:06:15 combo  -- root[2421]: ROOT LOGIN ON tty2"),
        Some(("combo", "--", "root[2421]: ROOT LOGIN ON tty2"))
    );
    assert_eq!(parts("<34>1 - - sshd - - -"), Some(("", "sshd", "")));
}

#[test]
fn what_is_no_syslog_is_refused() {
    for line in [
        "",
        "Dec",
        "Dec 10",
        "Dec  2 13:14:2",
        "Dec 10 06:55:46",
        "Dec 10 06:55:46 web1",
        "Dez 10 06:55:46 web1 sshd: x",
        "Dec 10 06.55.46 web1 sshd: x",
        "<34>1 - web1 sshd 1 - [open",
        "<3455>Dec 10 06:55:46 web1 sshd: x",
        "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success",
        "2024-03-01 08:15 web1 sshd: x",
        "2024-03-01T08:15:30Z,web1,sshd: x",
        "Debug line with all properties:",
    ] {
        assert_eq!(parts(line), None, "{line}");
    }
}

/// What a line with this host and a message of sshd's has to give, however it is written.
const OWN: Option<(&str, &str, &str)> = Some(("web1", "sshd", "Hello: there"));

#[test]
fn blanks_and_levels_do_not_count() {
    for line in [
        "<34>1 2024-03-01T08:15:30Z web1 sshd 24200 - -  Hello: there",
        "<34>1  2024-03-01T08:15:30Z   web1  sshd  24200  -  -   Hello: there",
        "<34>1 2024-03-01T08:15:30Z web1 sshd 24200 - [a b=\"c\"]   Hello: there",
        "1 2024-03-01T08:15:30Z web1 sshd 24200 - - Hello: there",
        "2024-03-01T08:15:30Z web1 sshd 24200 - - Hello: there",
        "98 <34>1 2024-03-01T08:15:30Z web1 sshd 24200 - - Hello: there",
        "75 <34>Mar  1 08:15:30 web1 sshd[24200]: Hello: there",
        "<34> Mar  1 08:15:30  web1   sshd[24200]:   Hello: there",
        "Mar  1 08:15:30 web1 sshd[24200]:Hello: there",
        "Mar  1 08:15:30 web1 sshd[24200] Hello: there",
        "Mar  1 08:15:30 web1 sshd[24200] <Notice>: Hello: there",
        "Mar  1 08:15:30 web1 auth.info sshd[24200]: Hello: there",
        "Mar  1 08:15:30 <auth.info> web1 sshd[24200]: Hello: there",
        "Mar  1 08:15:30 web1 sshd[24200]: [ID 800047 auth.info] Hello: there",
        "Mar  1 08:15:30 web1 sshd[24200]: [ID 800047 local0.notice]  Hello: there",
        "2024-03-01 08:15:30,123 +0000 web1 sshd[24200]: Hello: there",
        "[2024-03-01 08:15:30] web1 sshd[24200]: Hello: there",
        "1709280930.25 web1 sshd[24200]: Hello: there",
    ] {
        assert_eq!(parts(line), OWN, "{line}");
    }
}

#[test]
fn a_host_is_known_in_other_clothes() {
    for host in ["[web1]", "web1:", "relay/web1", "s_net@relay/web1", "web1:514", "(web1)"] {
        let line = format!("Mar  1 08:15:30 {host} sshd[1]: Hello: there");
        assert_eq!(parts(&line), OWN, "{line}");
        let line = format!("<34>1 2024-03-01T08:15:30Z {host} sshd 1 - - Hello: there");
        assert_eq!(parts(&line), OWN, "{line}");
    }
    for host in ["web1.corp.example", "2001:db8::1", "2001:db8::", "10.0.0.7"] {
        let line = format!("Mar  1 08:15:30 {host} sshd[1]: Hello: there");
        assert_eq!(parts(&line), Some((host, "sshd", "Hello: there")), "{line}");
    }
    // No host at all.
    for line in [
        "Mar  1 08:15:30 sshd[1]: Hello: there",
        "Mar  1 08:15:30 sshd: Hello: there",
        "Fri Mar  1 08:15:30 2024 auth.info sshd[1]: Hello: there",
        "2024-03-01T08:15:30Z - sshd 1 - - Hello: there",
    ] {
        let (host, program, text) = parts(line).unwrap();
        assert!(matches!(host, "" | "-"), "{line}");
        assert_eq!((program, text), ("sshd", "Hello: there"), "{line}");
    }
    let error = "Mar  1 08:15:30 sshd[1]: error: there";
    assert_eq!(parts(error), Some(("", "sshd", "error: there")));
}

#[test]
fn behind_a_relay_the_inner_host_counts() {
    for outer in
        ["Mar  1 08:15:31 relay ", "2024-03-01T08:15:31Z 10.0.0.7 ", "<34>Mar  1 08:15:31 relay "]
    {
        for inner in [
            "web1 sshd[1]: Hello: there",
            "[web1] sshd[1]: Hello: there",
            "web1 sshd: Hello: there",
            "web1 web1 sshd[1]: Hello: there",
            "Mar  1 08:15:30 web1 sshd[1]: Hello: there",
            "<34>Mar  1 08:15:30 web1 sshd[1]: Hello: there",
            "2024-03-01T08:15:30+00:00 web1 sshd[1]: Hello: there",
            "<34>1 2024-03-01T08:15:30+00:00 web1 sshd 1 - - Hello: there",
            "other <34>1 2024-03-01T08:15:30+00:00 web1 sshd 1 - - Hello: there",
            "other Mar  1 08:15:30 web1 sshd[1]: Hello: there",
            "logstash[-]: <34>Mar  1 08:15:30 web1 sshd[1]: Hello: there",
        ] {
            let line = format!("{outer}{inner}");
            assert_eq!(parts(&line), OWN, "{line}");
        }
    }
    for line in [
        "<34>1 2024-03-01T08:15:31Z relay - - - - <34>Mar  1 08:15:30 web1 sshd[1]: Hello: there",
        "<34>1 2024-03-01T08:15:31Z relay rsyslogd 7 - - Mar  1 08:15:30 web1 sshd[1]: Hello: there",
        "2024-03-01T08:15:31.000000001Z stdout F Mar  1 08:15:30 web1 sshd[1]: Hello: there",
        "Mar  1 08:15:31 web1 <34>Mar  1 08:15:30 sshd[1]: Hello: there",
    ] {
        assert_eq!(parts(line), OWN, "{line}");
    }
}

#[test]
fn what_a_program_writes_is_no_head() {
    for (line, program) in [
        ("Mar  1 08:15:31 web1 nginx[5]: <34>Mar  1 08:15:30 db1 sshd[1]: x", "nginx"),
        ("Mar  1 08:15:31 web1 app: db1 sshd[1]: x", "app"),
        ("<34>1 2024-03-01T08:15:31Z web1 app 1 - - Mar  1 08:15:30 db1 sshd[1]: x", "app"),
    ] {
        let head = Head::parse(line).unwrap();
        assert_eq!((head.host, head.program), ("web1", program), "{line}");
    }
}

#[test]
fn the_time_of_a_relay_counts_where_only_it_has_a_year() {
    let when = |line| Head::parse(line).unwrap().when;
    let both = "2024-03-01T08:15:31Z relay Mar  1 08:15:30 web1 sshd[1]: x";
    assert_eq!(when(both), When::Whole("2024-03-01T08:15:31Z"));
    let inner = "Mar  1 08:15:31 relay 2024-03-01T08:15:30Z web1 sshd[1]: x";
    assert_eq!(when(inner), When::Whole("2024-03-01T08:15:30Z"));
    let unknown = "<34>1 - relay - - - - Mar  1 08:15:30 web1 sshd[1]: x";
    assert!(matches!(when(unknown), When::Yearless(stamp) if stamp.second == 30));
}

#[test]
fn the_process_is_read() {
    for (line, process) in [
        ("Mar  1 08:15:30 web1 sshd[17]: x", "17"),
        ("<34>1 2024-03-01T08:15:30Z web1 sshd 17 - - x", "17"),
        ("<34>1 2024-03-01T08:15:30Z web1 sshd - - - x", ""),
        ("Mar  1 08:15:30 web1 sshd: x", ""),
        ("Mar  1 08:15:30 web1 logstash[-]: x", ""),
    ] {
        assert_eq!(Head::parse(line).unwrap().process, process, "{line}");
    }
}
