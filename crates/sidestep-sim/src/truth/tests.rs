//! The truth files: what is written is read, and errors name their place.

use super::*;

fn truth() -> Truth {
    let login = |time, account: &str, attack: &str| TruthLogin {
        time,
        account: account.to_owned(),
        src_host: "C1".to_owned(),
        dst_host: "C2".to_owned(),
        attack_id: attack.to_owned(),
        phase: Phase::Attack,
    };
    Truth {
        logins: vec![login(5, "U1@DOM1", "a1"), login(9, "U,2@DOM1", "a1")],
        attacks: vec![Attack {
            attack_id: "a1".to_owned(),
            start: "insider".to_owned(),
            goal: "explore".to_owned(),
            stealth: "none".to_owned(),
            entry_host: "C1".to_owned(),
            victim: "U1@DOM1".to_owned(),
            hops: 2,
            last_time: 9,
            technique: "winrm".to_owned(),
        }],
    }
}

fn read(truth: &str, attacks: &str) -> Result<Truth, String> {
    Truth::read(truth.as_bytes(), attacks.as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn what_was_written_is_read() {
    let (mut logins, mut attacks) = (Vec::new(), Vec::new());
    truth().write(&mut logins, &mut attacks).expect("writing to memory works");
    assert!(logins.starts_with(b"time,account,src_host,dst_host,attack_id\n"));
    let back = Truth::read(&logins[..], &attacks[..]).expect("our own files are read");
    assert_eq!(back, truth());
}

#[test]
fn header_may_be_absent_reordered_or_longer() {
    let attacks = "a1,insider,explore,none,C1,U1@DOM1,2,9,winrm\n";
    let plain = read("5,U1@DOM1,C1,C2,a1\n9.75,\"U,2@DOM1\",C1,C2,a1\n", attacks);
    assert_eq!(plain.as_ref(), Ok(&truth()));
    let other = read(
        "\u{feff}attack_id,hop,time,dst,src,user\r\na1,1,9,C2,C1,\"U,2@DOM1\"\r\na1,0,5.2,C2,C1,U1@DOM1\r\n",
        "note,last_time,attack_id,start,goal,stealth,entry_host,victim,hops,technique\n,9.1,a1,insider,explore,none,C1,U1@DOM1,2,winrm\n",
    );
    assert_eq!(other, plain);
}

#[test]
fn unlisted_attack_has_unknown_axes() {
    let truth = read("9,U2@D,C1,C2,x\n5,U1@D,C3,C1,x\n", "attack_id\ny\n").expect("it is read");
    let ids: Vec<_> = truth.attacks.iter().map(|a| a.attack_id.as_str()).collect();
    assert_eq!(ids, ["x", "y"]);
    let x = &truth.attacks[0];
    assert_eq!((x.start.as_str(), x.entry_host.as_str(), x.hops), (UNKNOWN, "C3", 2));
    assert_eq!((x.victim.as_str(), x.last_time), ("U1@D", 9));
}

#[test]
fn errors_name_file_line_and_column() {
    let cases = [
        (
            "5,U1,C1,C2,a\nsoon,U1,C1,C2,a\n",
            "",
            "truth.csv:2: time: \"soon\" is not a number of seconds",
        ),
        ("5,U1,C1,C2,a\n6,U1,,C2,a\n", "", "truth.csv:2: src_host: is empty"),
        ("5,U1,C1\n", "", "truth.csv:1: dst_host: is missing: the record has 3 fields only"),
        (
            "time,account,src_host,dst_host\n",
            "",
            "truth.csv:1: attack_id: the header does not name this column, which is needed",
        ),
        (
            "",
            "attack_id,hops\na,1\nb,many\n",
            "attacks.csv:3: hops: \"many\" is not a whole number",
        ),
        ("", "attack_id\na\na\n", "attacks.csv:3: attack_id: \"a\" is listed twice"),
    ];
    for (logins, attacks, expected) in cases {
        assert_eq!(read(logins, attacks), Err(expected.to_owned()));
    }
    assert_eq!(read("", ""), Ok(Truth::default()));
}
