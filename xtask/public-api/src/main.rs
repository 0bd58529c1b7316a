//! Prints the public API that a file of rustdoc's JSON describes, one item a line.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(json) = std::env::args_os().nth(1) else {
        eprintln!("usage: public-api-list FILE.json");
        return ExitCode::from(2);
    };
    match public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(false)
        .omit_auto_derived_impls(false)
        .build()
    {
        Ok(api) => {
            for item in api.items().map(|item| item.to_string()).filter(|item| !is_noise(item)) {
                println!("{item}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Of the traits that the compiler implements by itself, callers depend on `Send` and `Sync`.
fn is_noise(item: &str) -> bool {
    const TRAITS: [&str; 5] = ["Freeze", "Unpin", "UnsafeUnpin", "UnwindSafe", "RefUnwindSafe"];
    let Some((head, _)) = item.split_once(" for ") else { return false };
    item.starts_with("impl") && TRAITS.iter().any(|name| head.ends_with(&format!("::{name}")))
}
