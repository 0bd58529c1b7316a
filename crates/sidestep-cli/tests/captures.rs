//! What the command tells of real captures of attacks, end to end. The captures lie beside the
//! project and are no part of it; where they are missing, the tests say so and pass.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The key of a technique; `sub-technique:` follows it.
const TECHNIQUE: &str = "- technique:";

/// The folder of captures, where it is there.
fn folder(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    let there = path.is_dir();
    if !there {
        println!("skipped: {name} is not in ../shared/data");
    }
    there.then_some(path)
}

/// What was told of one capture.
#[derive(Default)]
struct Told {
    detections: Vec<String>,
    techniques: Vec<String>,
}

fn detect(capture: &Path) -> Told {
    let mut told = Told::default();
    for alert in alerts(capture) {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        told.techniques.extend(list(&alert["techniques"]).iter().map(|it| text(it, "id")));
        for hop in list(&alert["hops"]) {
            told.detections.extend(list(&hop["evidence"]).iter().map(|it| text(it, "name")));
        }
    }
    for list in [&mut told.detections, &mut told.techniques] {
        list.sort_unstable();
        list.dedup();
    }
    told
}

/// 1 where the technique itself is told, a half where only its parent is, or one beside it.
fn hit(told: &Told, stated: &str) -> f64 {
    let parent = stated.split('.').next().unwrap_or(stated);
    let has = |test: &dyn Fn(&str) -> bool| told.techniques.iter().any(|id| test(id));
    if has(&|id| id == stated || id.strip_prefix(stated).is_some_and(|rest| rest.starts_with('.')))
    {
        1.0
    } else if has(&|id| id == parent) {
        0.5
    } else {
        0.0
    }
}

/// Runs every capture, prints what was told of it, and gives out how many were told whole.
fn judge(captures: &[(PathBuf, String)]) -> f64 {
    let mut whole = 0.0;
    for (capture, stated) in captures {
        let told = detect(capture);
        let hit = hit(&told, stated);
        whole += hit.floor();
        let name = capture.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        println!(
            "| {name} | {stated} | {hit} | {} | {} |",
            told.detections.join(" "),
            told.techniques.join(" ")
        );
    }
    whole
}

/// The technique that the description of each capture states, by the name of its archive.
fn stated(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let value = |key: &str| {
            let rest = text.split(key).nth(1)?;
            let word = rest.lines().next()?.trim().trim_matches('"');
            (!word.is_empty()).then(|| word.to_owned())
        };
        let Some(technique) = value(TECHNIQUE) else { continue };
        let technique = match value("sub-technique:") {
            Some(sub) => format!("{technique}.{sub}"),
            None => technique,
        };
        for part in text.split("/host/").skip(1) {
            if let Some((name, _)) = part.split_once(".zip") {
                found.insert(name.to_owned(), technique.clone());
            }
        }
    }
    found
}

#[test]
fn captures_of_single_attacks_are_told_with_their_technique() {
    let Some(folder) = folder("otrf_windows") else { return };
    let stated = stated(&folder.join("metadata"));
    let mut captures: Vec<_> = fs::read_dir(folder.join("lateral_movement"))
        .expect("it can be read")
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let short = name.split("_20").next().unwrap_or_default();
            // No description came with this one: a shell over WS-Management.
            let technique = stated.get(short).map_or("T1021.006", String::as_str);
            (entry.path(), technique.to_owned())
        })
        .collect();
    captures.sort();
    let whole = judge(&captures);
    println!("{whole} of {}", captures.len());
    assert!(whole >= 24.0, "{whole} of {}", captures.len());
}

#[test]
fn samples_of_lateral_movement_are_told_with_their_technique() {
    let Some(folder) = folder("evtx_attack_samples/evtx/Lateral Movement") else { return };
    let stated = [
        ("ImpersonateUser-via local Pass The Hash Sysmon and Security.evtx", "T1550.002"),
        ("LM_4624_mimikatz_sekurlsa_pth_source_machine.evtx", "T1550.002"),
        ("LM_5145_Remote_FileCopy.evtx", "T1570"),
        ("LM_REMCOM_5145_TargetHost.evtx", "T1021.002"),
        ("LM_Remote_Service01_5145_svcctl.evtx", "T1021.002"),
        ("LM_Remote_Service02_7045.evtx", "T1569.002"),
        ("LM_ScheduledTask_ATSVC_target_host.evtx", "T1053.005"),
        ("LM_WMIC_4648_rpcss.evtx", "T1047"),
        ("LM_WMI_4624_4688_TargetHost.evtx", "T1047"),
        ("LM_renamed_psexecsvc_5145.evtx", "T1021.002"),
        ("remote task update 4624 4702 same logonid.evtx", "T1053.005"),
        ("spoolsample_5145.evtx", "T1187"),
    ];
    let captures: Vec<_> =
        stated.iter().map(|(name, id)| (folder.join(name), (*id).to_owned())).collect();
    let whole = judge(&captures);
    println!("{whole} of {}", captures.len());
    assert!(whole >= 12.0, "{whole} of {}", captures.len());
}

/// The alerts of a run, whole.
fn alerts(log: &Path) -> Vec<Value> {
    let dir = TempDir::new().expect("a folder can be made");
    let output = dir.path().join("alerts.json");
    let status = Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .arg("detect")
        .arg(log)
        .args(["--emit", "json", "--output"])
        .arg(&output)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the command starts");
    assert!(status.code().is_some_and(|code| code != 2), "{}", log.display());
    let text = fs::read_to_string(&output).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("an alert is JSON")).collect()
}

/// Techniques of an alert.
fn techniques(alert: &Value) -> Vec<&str> {
    let list = alert["techniques"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|technique| technique["id"].as_str()).collect()
}

/// Accounts of an alert, folded and without their domain: a folder knows more names of one account.
fn accounts(alert: &Value) -> Vec<String> {
    let hops = alert["hops"].as_array().map(Vec::as_slice).unwrap_or_default();
    let account = |hop: &Value| {
        let user = hop["user"].as_str().unwrap_or_default().to_ascii_lowercase();
        user.split('@').next().unwrap_or_default().to_owned()
    };
    hops.iter().map(account).collect()
}

/// Days of an alert's hops.
fn days(alert: &Value) -> Vec<&str> {
    let hops = alert["hops"].as_array().map(Vec::as_slice).unwrap_or_default();
    hops.iter().filter_map(|hop| hop["time"].as_str()?.get(..10)).collect()
}

/// Whether an alert of a folder shows what one of a single file did: on that day, by that account or by
/// nobody who is named, and with its techniques.
fn shows(alert: &Value, single: &Value) -> bool {
    let (known, named) = (accounts(alert), accounts(single));
    days(single).iter().any(|day| days(alert).contains(day))
        && (named.iter().any(|name| known.contains(name)) || named.iter().all(|name| name == "?"))
        && techniques(single).iter().all(|id| techniques(alert).contains(id))
}

/// The files below a folder, in order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_folder_raises_what_its_files_raise_one_by_one() {
    for name in ["otrf_windows/lateral_movement", "evtx_attack_samples/evtx"] {
        let Some(folder) = folder(name) else { continue };
        let together = alerts(&folder);
        let (mut all, mut shown) = (0, 0);
        for file in files_below(&folder) {
            for single in alerts(&file) {
                let is_shown = together.iter().any(|alert| shows(alert, &single));
                if !is_shown {
                    println!("not shown: {} {}", file.display(), single["summary"]);
                }
                all += 1;
                shown += usize::from(is_shown);
            }
        }
        println!("{name}: {shown} of {all} in {} alerts", together.len());
        assert!(10 * shown >= 9 * all, "{name}: {shown} of {all}");
    }
}
