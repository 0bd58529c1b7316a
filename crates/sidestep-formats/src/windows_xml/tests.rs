use super::*;
use crate::record_sink::with_record_sink;

const LOGON: &str = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing" Guid="{0}"/><EventID Qualifiers="0">4624</EventID><Version>2</Version><TimeCreated SystemTime="2026-03-02T09:00:01.500Z"/><EventRecordID>7</EventRecordID><Correlation/><Channel>Security</Channel><Computer>files-1.corp.example</Computer></System><EventData><Data Name="TargetUserName">al&#105;ce</Data><Data Name="TargetDomainName">R&amp;D</Data><Data Name="LogonType">3</Data><Data Name="WorkstationName">WS-17</Data><Data Name="IpAddress">10.0.0.5</Data><Data Name="ProcessName"/></EventData></Event>"#;

/// What is read of a log: who logged on, how many records were bad, and their messages.
fn read(log: &str) -> (Vec<String>, u64) {
    read_in_pieces(log.as_bytes(), usize::MAX)
}

/// The same, where the input gives but so many bytes at a time.
fn read_in_pieces(log: &[u8], most: usize) -> (Vec<String>, u64) {
    struct Slow<'l>(&'l [u8], usize);
    impl std::io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(buffer.len());
            std::io::Read::read(&mut self.0, &mut buffer[..most])
        }
    }
    let mut logins = Vec::new();
    let mut sink = |event: sidestep::event::Event<'_>| {
        if let Some(event) = event.auth() {
            logins.push(format!("{} {}", event.account().name, event.src_host()));
        }
        ControlFlow::Continue(())
    };
    let (flow, summary) = with_record_sink(&mut sink, |sink| {
        let mut source = Source::open(Slow(log, most), "log").unwrap();
        WindowsXml.read(&mut source, sink)
    });
    assert!(flow.unwrap().is_continue());
    (logins, summary.skipped)
}

#[test]
fn every_layout_holds_the_same_events() {
    let expected = (vec!["alice WS-17".to_owned(); 2], 0);
    let pretty = LOGON.replace("><", ">\n  <");
    let single = LOGON.replace('"', "'");
    let prefixed = LOGON.replace("</", "</e:").replace('<', "<e:").replace("<e:/e:", "</e:");
    let prefixed = prefixed.replace("xmlns=", "xmlns:e=");
    let cdata = LOGON.replace("al&#105;ce", "<![CDATA[alice]]>");
    let odd =
        LOGON.replace("WS-17", "WS-17<!-- </Event> -->").replace("R&amp;D", "<![CDATA[</Event>]]>");
    for log in [
        format!("{LOGON}{LOGON}"),
        format!("{LOGON}\n{LOGON}\n"),
        format!("{LOGON}\r\n\r\n{LOGON}"),
        format!("{pretty}\n{pretty}\n"),
        format!("{single}\n{single}\n"),
        format!("{prefixed}\n{prefixed}\n"),
        format!("{cdata}\n{odd}\n"),
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<Events>{LOGON}{LOGON}</Events>"
        ),
        format!("<Events>\n{LOGON},\n{LOGON}\n</Events>\n"),
        format!(
            "Record 1\n<?xml version=\"1.0\"?>\n{pretty}\nRecord 2\n<?xml version=\"1.0\"?>\n{pretty}\n"
        ),
    ] {
        assert_eq!(read(&log), expected, "{log}");
        for most in [1, 7, 61] {
            assert_eq!(read_in_pieces(log.as_bytes(), most), expected, "{most}: {log}");
        }
    }
}

#[test]
fn what_is_cut_or_no_event_is_bad() {
    let cut = &LOGON[..LOGON.len() - 20];
    let one = vec!["alice WS-17".to_owned()];
    assert_eq!(read(&format!("{LOGON}\n{cut}")), (one.clone(), 1));
    assert_eq!(read(&format!("{cut}\n{LOGON}")), (one.clone(), 1));
    assert_eq!(read(&format!("garbage\n{LOGON}\nmore")), (one.clone(), 2));
    assert_eq!(read("<Event><System/></Event>"), (vec![], 1));
    assert_eq!(read("<Event><System></Event>"), (vec![], 1));
    assert_eq!(read(&LOGON.replace("4624", "many")), (vec![], 1));
    let mut broken = LOGON.as_bytes().to_vec();
    let at = LOGON.find("WS-17").unwrap();
    broken[at] = 0xff;
    assert_eq!(read_in_pieces(&broken, usize::MAX), (vec![], 1));
    let long = LOGON.replace("WS-17", &"x".repeat(2 << 20));
    assert_eq!(read(&format!("{long}\n{LOGON}")), (one, 1));
    assert_eq!(read(""), (vec![], 0));
}

#[test]
fn a_logon_without_values_is_bad() {
    let begin = LOGON.find("<EventData>").unwrap();
    let end = LOGON.find("</Event>").unwrap();
    let with = |values: &str| format!("{}{values}{}", &LOGON[..begin], &LOGON[end..]);
    for values in ["", "<EventData/>", "<EventData></EventData>", "<EventData>x</EventData>"] {
        assert_eq!(read(&with(values)), (vec![], 1), "{values}");
    }
    // By their order, and by the text that Windows rendered.
    let all = ["-"; 20].map(|value| format!("<Data>{value}</Data>"));
    let mut all = all.to_vec();
    "<Data>bob</Data>".clone_into(&mut all[5]);
    "<Data>WS-2</Data>".clone_into(&mut all[11]);
    let unnamed = format!("<EventData>{}</EventData>", all.concat());
    assert_eq!(read(&with(&unnamed)), (vec!["bob WS-2".to_owned()], 0));
    let rendered = "<RenderingInfo Culture='en-US'><Message>An account was logged on.\n\nNew Logon:\n\
                    \tAccount Name:\t\tbob\n\nNetwork Information:\n\tWorkstation Name:\tWS-2\n</Message>\
                    </RenderingInfo>";
    assert_eq!(read(&with(rendered)), (vec!["bob WS-2".to_owned()], 0));
}

#[test]
fn user_data_has_the_names_of_its_elements() {
    let log = "<Event><System><Provider Name='Microsoft-Windows-TerminalServices-LocalSessionManager'/>\
               <EventID>21</EventID><TimeCreated SystemTime='2026-03-02T09:00:01Z'/>\
               <Computer>files-1</Computer></System><UserData><EventXML xmlns='x'><User>CORP\\bob</User>\
               <SessionID>3</SessionID><Address>10.0.0.6</Address></EventXML></UserData></Event>";
    assert_eq!(read(log), (vec!["bob 10.0.0.6".to_owned()], 0));
}

#[test]
fn an_event_is_known_by_its_first_element() {
    for text in ["<Event>", " <Event xmlns='x'>", "<?xml?><Events>", "<!-- x --><e:Event/>", LOGON]
    {
        assert!(begins_event(text.as_bytes()), "{text}");
    }
    for text in ["", "<", "<13>1 Event", "<EventLog>", "<?xml?>", "Event", "<html>", "<!-- Event"] {
        assert!(!begins_event(text.as_bytes()), "{text}");
    }
}
