use std::{fs, path::PathBuf};

use crate::{Layers, load::Paths};

#[test]
fn the_user_has_a_file_where_the_base_directories_say() {
    let paths = |variables: &'static [(&str, &str)]| {
        Paths::standard(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| PathBuf::from(value)))
    };
    let last = |paths: Paths| paths.files().last().unwrap().clone();
    assert_eq!(last(paths(&[("XDG_CONFIG_HOME", "/c"), ("HOME", "/h")])), PathBuf::from("/c/glasshouse/config.toml"));
    assert_eq!(last(paths(&[("XDG_CONFIG_HOME", "c"), ("HOME", "/h")])), PathBuf::from("/h/.config/glasshouse/config.toml"));
    assert_eq!(last(paths(&[])), PathBuf::from("/etc/glasshouse/config.toml"));
}

#[test]
fn a_file_is_read_and_a_missing_one_is_no_mistake_unless_it_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    let missing = Paths::only(path.clone()).read(Layers::new()).unwrap_err().to_string();
    assert!(missing.contains("there is no such file"), "{missing}");
    let standard = Paths::standard(|name| (name == "XDG_CONFIG_HOME").then(|| dir.path().join("nowhere")));
    standard.read(Layers::new()).unwrap();
    fs::write(&path, "layout.gap-px = 3").unwrap();
    let resolved = Paths::only(path.clone()).read(Layers::new()).unwrap().resolve().unwrap();
    let shown = resolved.get("layout.gap-px").unwrap();
    assert_eq!((shown.value.as_str(), shown.origin.to_string()), ("3", format!("{}:1", path.display())));
}

#[test]
fn what_is_no_readable_text_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let check = |path: PathBuf, place: &str, word: &str| {
        let problem = Paths::only(path.clone()).read(Layers::new()).unwrap_err().to_string();
        assert!(problem.starts_with(&format!("{}:{place}:", path.display())) && problem.contains(word), "{problem}");
    };
    check(dir.path().to_owned(), "1:1", "this is no file");
    let large = dir.path().join("large.toml");
    fs::write(&large, vec![b'\n'; (1 << 20) + 1]).unwrap();
    check(large, "1:1", "larger than 1024 KiB");
    let latin = dir.path().join("latin.toml");
    fs::write(&latin, b"# caf\n# caf\xe9\n").unwrap();
    check(latin, "2:6", "UTF-8");
}
