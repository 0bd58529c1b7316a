use proptest::prelude::*;

use super::*;

/// What is on the list of a record, by either parser.
fn lists(text: &str, whole: bool) -> [Option<Vec<String>>; 2] {
    let make = || if whole { Tape::whole() } else { Tape::default() };
    let list = |tape: &Tape| {
        let of = |span: Span| super::super::Node { tape, text, index: 0 }.resolve(span);
        let fields = tape.fields.iter();
        let one = |field: &super::super::Field| {
            format!("{:?} {:?} {} {:?}", of(field.name), field.kind, field.end, of(field.value))
        };
        fields.map(one).collect::<Vec<_>>()
    };
    let (mut fast, mut slow) = (make(), make());
    slow.base = text.as_ptr() as usize;
    let fast = fast.scan(text).map(|()| list(&fast));
    let slow = slow.parse(text).ok().map(|()| list(&slow));
    [fast, slow]
}

#[test]
fn a_sound_record_is_read_as_the_other_parser_reads_it() {
    for text in [
        "{}",
        " {\"a\" : 1 , \"b\":[ ] ,\"c\":[1,\"x\",{}],\"d\":{\"e\":null}}\r\n",
        r#"{"a":"x\ty\u00e9\\\"\/\b\f\n\r","b\u0041":true,"":false,"a":"\u003c"}"#,
        r#"{"a":0,"b":-1,"c":-0,"d":1.5,"e":1425565514.419939,"f":1e3,"g":-2.5E-3}"#,
        r#"{"a":18446744073709551615,"b":18446744073709551616,"c":-9223372036854775809}"#,
        r#"{"Message":"x\r\n\ty\ud800","Keywords":-9214364837600034816,"Task":[{"a":[1.5,{}]}]}"#,
        r#"{"process":{"a":1},"x":1}"#,
        r#"{"process":[1],"x":{"process":7}}"#,
        r#"{"Messag\u0065":{"a":1},"proc\u0065ss":{"a":1}}"#,
        "{\"name that is long enough for words\":\"\u{fc}\u{1f600} and a value that is, too\"}",
    ] {
        for whole in [false, true] {
            let [fast, slow] = lists(text, whole);
            assert!(slow.is_some() || whole, "{text}");
            assert_eq!(fast, slow, "{text}");
        }
    }
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_the_other_parser() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(70), "]".repeat(70));
    for text in [
        "",
        "[]",
        "7",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":nul}",
        "{\"a\":truefalse}",
        "{\"a\":1e999}",
        "{\"a\":\"x\ny\"}",
        "{\"a\":\"x",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\ud83d\\ude00\"}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"Message\":01}",
        "{\"Message\":[1,]}",
        "{\"Message\":\"\\x\"}",
        "{\"Message\":tru}",
        &deep,
    ] {
        assert_eq!(lists(text, false)[0], None, "{text}");
    }
}

/// JSON, mostly: what is built is sound, and one byte may then be another.
fn json() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[ -~\u{e9}]{0,20}".prop_map(|text| serde_json::json!(text).to_string()),
        r#""([a-z]|\\[nrt"/u]|\\u00[0-9a-f]{2}){0,8}""#.prop_map(|text| text),
        Just("\"Message\"".to_owned()),
        Just("\"process\"".to_owned()),
    ];
    let leaf = prop_oneof![
        text.clone(),
        "-?[0-9]{1,21}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,3})?".prop_map(|text| text),
        prop_oneof![Just("true"), Just("false"), Just("null"), Just("nan")].prop_map(str::to_owned),
    ];
    let value = leaf.prop_recursive(4, 40, 6, move |inner| {
        let named =
            (text.clone(), inner.clone()).prop_map(|(name, value)| format!("{name} :{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|all| format!("[{}]", all.join(" ,"))),
            prop::collection::vec(named, 0..5).prop_map(|all| format!("{{{}}}", all.join(", "))),
        ]
    });
    (value, any::<prop::sample::Index>(), prop_oneof![Just(None), any::<u8>().prop_map(Some)])
        .prop_map(|(value, at, byte)| {
            let mut bytes = format!("{{\"a\":{value}}}").into_bytes();
            if let Some(byte) = byte {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_read_is_what_the_other_parser_reads(text in json(), whole in any::<bool>()) {
        let [fast, slow] = lists(&text, whole);
        if fast.is_some() {
            prop_assert_eq!(fast, slow);
        } else if let Some(slow) = slow {
            // It gives up on little that is sound: surrogates, and what nests deep.
            prop_assert!(text.contains("\\u"), "{text} {slow:?}");
        }
    }

    #[test]
    fn the_next_special_byte_is_found(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let slow = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20));
        prop_assert_eq!(special(&bytes, 0), slow);
    }
}
