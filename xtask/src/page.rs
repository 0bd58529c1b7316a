//! `docs/performance.md`, of which each command replaces its own section and nothing else.

use std::fs;
use std::path::Path;

const PAGE: &str = "docs/performance.md";

/// Replaces what lies between `<!-- NAME: begin -->` and `<!-- NAME: end -->`, and says so.
pub(crate) fn write_section(root: &Path, name: &str, body: &str) -> Result<(), String> {
    let path = root.join(PAGE);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let page = fs::read_to_string(&path).map_err(failed)?;
    let page = replaced(&page, name, body).map_err(|problem| format!("{PAGE}: {problem}"))?;
    fs::write(&path, page).map_err(failed)?;
    println!("{PAGE}: the section `{name}` was written, the rest is as it was");
    Ok(())
}

fn replaced(page: &str, name: &str, body: &str) -> Result<String, String> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = page.split_once(&begin).ok_or_else(|| format!("{begin} is missing"))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| format!("{end} is missing after it"))?;
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", body.trim()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_the_section_of_that_name_is_replaced() {
        let page =
            "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n<!-- y: begin --><!-- y: end -->\n";
        let once = replaced(page, "x", "new\n").expect("it is there");
        let expected =
            "a\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nb\n<!-- y: begin --><!-- y: end -->\n";
        assert_eq!(once, expected);
        assert_eq!(replaced(&once, "x", "new").expect("again"), once);
        assert!(replaced(page, "z", "").unwrap_err().contains("z: begin"));
        assert!(replaced("<!-- x: begin -->", "x", "").unwrap_err().contains("x: end"));
    }
}
