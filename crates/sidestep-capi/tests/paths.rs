//! Files and folders through the C functions, and what they say of what was read.

#![allow(unsafe_code, reason = "calls the C functions")]

use std::ffi::c_void;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use sidestep_capi::*;

/// A folder of its own for a test, removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sidestep-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, hours: impl Iterator<Item = u64>) {
        let mut text = "time,user,src,dst\n".to_owned();
        for hour in hours {
            let _ = writeln!(text, "{},alice,WS-17,FILES-{}", hour * 3600, hour % 5);
        }
        fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(text: &str) -> sidestep_str {
    sidestep_str { data: text.as_ptr().cast(), len: text.len() }
}

/// What a buffer holds; it is freed.
fn owned(buffer: *mut sidestep_buffer) -> String {
    // SAFETY: the buffer was just given out.
    unsafe {
        let bytes = std::slice::from_raw_parts(
            sidestep_buffer_data(buffer).cast::<u8>(),
            sidestep_buffer_len(buffer),
        );
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        sidestep_buffer_free(buffer);
        text
    }
}

struct Handles {
    reader: *mut sidestep_reader,
    engine: *mut sidestep_engine,
}

impl Handles {
    fn new() -> Self {
        let mut made = Self { reader: null_mut(), engine: null_mut() };
        // SAFETY: the pointers are good.
        unsafe {
            assert_eq!(sidestep_reader_new(&mut made.reader, null_mut()), SIDESTEP_OK);
            assert_eq!(sidestep_engine_new(null(), &mut made.engine, null_mut()), SIDESTEP_OK);
        }
        made
    }

    fn process(&self, paths: &[&Path]) -> i32 {
        let paths: Vec<_> = paths.iter().map(|path| text(path.to_str().unwrap())).collect();
        // SAFETY: the handles live.
        unsafe {
            sidestep_reader_process_paths(
                self.reader,
                paths.as_ptr(),
                paths.len(),
                self.engine,
                null_mut(),
            )
        }
    }

    fn summary(&self) -> sidestep_reader_summary {
        // SAFETY: a struct of numbers may be zero, and the handle lives.
        unsafe {
            let mut summary: sidestep_reader_summary = std::mem::zeroed();
            summary.struct_size = size_of::<sidestep_reader_summary>();
            let status = sidestep_reader_get_summary(self.reader, &mut summary, null_mut());
            assert_eq!(status, SIDESTEP_OK);
            summary
        }
    }

    fn metrics(&self) -> sidestep_metrics {
        // SAFETY: as above.
        unsafe {
            let mut metrics: sidestep_metrics = std::mem::zeroed();
            metrics.struct_size = size_of::<sidestep_metrics>();
            assert_eq!(sidestep_engine_metrics(self.engine, &mut metrics, null_mut()), SIDESTEP_OK);
            metrics
        }
    }
}

impl Drop for Handles {
    fn drop(&mut self) {
        // SAFETY: the handles live.
        unsafe {
            sidestep_reader_free(self.reader);
            sidestep_engine_free(self.engine);
        }
    }
}

#[test]
fn a_folder_is_read_in_order_of_time() {
    let folder = Folder::new("order");
    // One has wrapped around, the other lies across it.
    folder.write("a.csv", (50..100).chain(0..50));
    folder.write("b.csv", (0..100).filter(|hour| hour % 3 == 0));
    fs::write(folder.0.join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\x0d").unwrap();
    let handles = Handles::new();
    assert_eq!(handles.process(&[&folder.0]), SIDESTEP_OK);
    let metrics = handles.metrics();
    assert_eq!((metrics.events, metrics.late), (134, 0));
    assert!(
        (1..1 << 20).contains(&metrics.memory.edges) && metrics.memory.total > metrics.memory.edges
    );
    let summary = handles.summary();
    assert_eq!((summary.events, summary.logs, summary.skipped), (134, 2, 0));
    assert!(summary.put_in_order > 0);
    assert_eq!((summary.files_not_read, summary.first_not_read), (1, 1));
    let mut message = null_mut();
    // SAFETY: the handles live.
    unsafe {
        let status = sidestep_reader_not_read(handles.reader, 0, &mut message, null_mut());
        assert_eq!(status, SIDESTEP_OK);
        assert!(owned(message).contains("picture.png: "));
        let status = sidestep_reader_not_read(handles.reader, 1, &mut message, null_mut());
        assert_eq!(status, SIDESTEP_ERR_INDEX);
    }
}

#[test]
fn what_was_not_understood_is_told_by_kind() {
    let folder = Folder::new("unknown");
    let path = folder.0.join("log.jsonl");
    fs::write(&path, "{\"colour\": \"red\"}\n".repeat(7)).unwrap();
    let handles = Handles::new();
    assert_eq!(handles.process(&[&path]), SIDESTEP_ERR_NOT_UNDERSTOOD);
    let summary = handles.summary();
    assert_eq!((summary.events, summary.not_understood), (0, 7));
    assert_eq!(summary.kinds_not_understood, 1);
    let (mut kind, mut count) = (null_mut(), 0);
    // SAFETY: the handles live.
    unsafe {
        let status =
            sidestep_reader_not_understood(handles.reader, 0, &mut kind, &mut count, null_mut());
        assert_eq!(status, SIDESTEP_OK);
        assert!(!owned(kind).is_empty());
        assert_eq!(count, 7);
    }
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_what_came_before_is_taken() {
    let folder = Folder::new("missing");
    folder.write("a.csv", 0..10);
    let handles = Handles::new();
    let missing = folder.0.join("missing.csv");
    let status = handles.process(&[&folder.0.join("a.csv"), &missing]);
    assert_eq!(status, SIDESTEP_ERR_FORMAT);
    assert_eq!(handles.metrics().events, 10);
}

/// Counts the alerts given to it.
extern "C" fn count(user: *mut c_void, _: *const sidestep_alert) {
    // SAFETY: it is the number that was given.
    unsafe { *user.cast::<u64>() += 1 };
}

#[test]
fn an_alert_of_logs_that_are_read_again_comes_once() {
    let folder = Folder::new("alerts");
    let mut text = "time,user,src,dst\n".to_owned();
    let mut lines = Vec::new();
    for day in 0..40_u64 {
        for person in 0..60 {
            let time = day * 86_400 + 32_400;
            lines.push(format!("{time},u{person}@CORP,WS-{person},FILES-{}\n", person / 10));
        }
    }
    for (hop, (here, there)) in [(3, 17), (17, 25), (25, 40)].into_iter().enumerate() {
        let time = 39 * 86_400 + 36_000 + 3_600 * hop;
        lines.push(format!("{time},u{here}@CORP,WS-{here},WS-{there}\n"));
    }
    let sound = lines.concat();
    let turned = lines.len() / 2 / 60 * 60;
    text += &(lines[turned..].concat() + &lines[..turned].concat());
    let mut found = Vec::new();
    for (name, text) in [("sound.csv", format!("time,user,src,dst\n{sound}")), ("b.csv", text)] {
        fs::write(folder.0.join(name), text).unwrap();
        let handles = Handles::new();
        let mut alerts = 0_u64;
        // SAFETY: the handles live, and so does the number.
        unsafe {
            sidestep_engine_set_alert_callback(
                handles.engine,
                Some(count),
                (&raw mut alerts).cast(),
                null_mut(),
            );
            assert_eq!(handles.process(&[&folder.0.join(name)]), SIDESTEP_OK);
            assert_eq!(sidestep_engine_finish(handles.engine, null_mut()), SIDESTEP_OK);
        }
        found.push((alerts, handles.metrics().alerts));
    }
    assert_eq!(found[0], found[1]);
    assert!(found[0].0 > 0, "{found:?}");
}

/// What an event says, as text.
unsafe extern "C" fn note(
    said: *mut c_void,
    event: *const sidestep_event,
    _activity: *const sidestep_activity,
) -> i32 {
    let text = |text: &sidestep_str| {
        if text.data.is_null() {
            return String::new();
        }
        // SAFETY: the text lives as long as the call.
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    // SAFETY: `said` is the caller's list, and an event that is not NULL lives as long as the call.
    unsafe {
        if let Some(event) = event.as_ref() {
            let (account, src, dst) = (&event.account, &event.src_host, &event.dst_host);
            (*said.cast::<Vec<String>>()).push(format!(
                "{} {}@{} {} {:?}:{} {} {} {} {}",
                event.time,
                text(&account.name),
                text(&account.domain),
                text(&src.name),
                &src.ip[..usize::from(src.ip_len)],
                src.port,
                text(&dst.name),
                event.outcome,
                event.logon_type,
                event.auth_protocol,
            ));
        }
    }
    0
}

#[test]
fn a_login_is_the_same_in_every_dialect() {
    let logs = [
        "time,user,domain,src_host,src_ip,src_port,dst_host,logon_type,auth_protocol,outcome\n\
         2026-03-02T09:00:01Z,alice,CORP,WS-17,10.0.0.5,49812,files-1,3,NTLM,success\n",
        "Timestamp,DeviceName,ActionType,LogonType,AccountName,AccountDomain,RemoteDeviceName,RemoteIP,\
         RemotePort,Protocol\n\
         2026-03-02T09:00:01Z,files-1,LogonSuccess,Network,alice,CORP,WS-17,10.0.0.5,49812,NTLM\n",
        r#"{"EventTime":"2026-03-02 09:00:01 +0000","Hostname":"files-1","EventID":4624,
            "TargetUserName":"alice","TargetDomainName":"CORP","LogonType":"3 - Network",
            "AuthenticationPackageName":"NTLM","WorkstationName":"WS-17","IpAddress":"10.0.0.5:49812"}"#,
        r#"{"class_uid":3002,"activity_id":1,"time":1772442001000,"auth_protocol_id":1,
            "logon_type_id":3,"status_id":1,"user":{"name":"alice","domain":"CORP"},
            "src_endpoint":{"hostname":"WS-17","ip":"10.0.0.5","port":49812},
            "dst_endpoint":{"hostname":"files-1"}}"#,
    ];
    let said = logs.map(|log| {
        let handles = Handles::new();
        let mut said: Vec<String> = Vec::new();
        // SAFETY: the handles and the log live; a struct of numbers and pointers may be zero.
        let status = unsafe {
            let mut input: sidestep_input = std::mem::zeroed();
            input.struct_size = size_of::<sidestep_input>();
            (input.bytes, input.len) = (log.as_ptr(), log.len());
            let user = (&raw mut said).cast();
            sidestep_reader_events(handles.reader, &input, Some(note), user, null_mut())
        };
        assert_eq!(status, SIDESTEP_OK, "{log}");
        said
    });
    assert_eq!(said[0].len(), 1);
    for (said_of_log, log) in said.iter().zip(logs) {
        assert_eq!(said_of_log, &said[0], "{log}");
    }
}
