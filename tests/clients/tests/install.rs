//! `session/install --prefix`: what users of a packaged Glasshouse find.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use glasshouse_clients::{Desktop, program};

type Result = anyhow::Result<()>;

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../session/install")
}

/// Runs something that must succeed and say nothing on its error output; gives what it prints.
fn quiet(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?} cannot be started: session/packages.txt names its package"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && said.is_empty(), "{command:?} ends with {}: {said}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn a_prefix_gets_programs_manual_pages_and_completions_that_work() -> Result {
    let folder = Desktop::new_folder()?;
    let prefix = folder.path().join("a prefix");
    let built = program("glassctl")?;
    let built = built.parent().context("a program lies in a folder")?;
    // Twice: what is there already is replaced.
    for _ in 0..2 {
        quiet(Command::new(script()).arg("--prefix").arg(&prefix).arg("--from").arg(built).env("GLASSHOUSE_INSTALL", "no"))?;
    }
    let below = |path: &str| prefix.join(path);
    for name in ["glasshouse", "glasshouse-display", "glassctl"] {
        let said = quiet(Command::new(below("bin").join(name)).arg("--version"))?;
        assert!(said.starts_with(name), "{said}");
    }

    for page in std::fs::read_dir(below("share/man/man1"))? {
        let page = page?.path();
        let text = quiet(Command::new("man").args(["--warnings", "-l"]).arg(&page).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "100"))?;
        assert!(text.contains("NAME") && text.contains("glassctl"), "{}: {text}", page.display());
    }
    let found = quiet(Command::new("man").arg("--where").arg("glassctl-do").env("MANPATH", below("share/man")))?;
    assert_eq!(Path::new(found.trim()), below("share/man/man1/glassctl-do.1"));

    let ask = "source \"$1\"; COMP_WORDS=(glassctl wor); COMP_CWORD=1; _glassctl glassctl wor glassctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let bash = below("share/bash-completion/completions/glassctl");
    assert_eq!(quiet(Command::new("bash").args(["--norc", "-c", ask, "bash"]).arg(bash))?, "workspaces\n");
    quiet(Command::new("zsh").arg("-n").arg(below("share/zsh/site-functions/_glassctl")))?;
    // As a user's shell finds it: it is enough that the prefix is among the data folders.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(below("bin")).chain(std::env::split_paths(&path)))?;
    let mut fish = Command::new("fish");
    fish.args(["--command", "complete --do-complete 'glassctl wor'"]).env("PATH", path).env("XDG_DATA_DIRS", below("share"));
    fish.env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    let completed = quiet(&mut fish)?;
    assert!(completed.starts_with("workspaces\t"), "{completed}");
    Ok(())
}

#[test]
fn an_installation_that_cannot_be_says_why_and_changes_nothing() -> Result {
    let folder = Desktop::new_folder()?;
    let prefix = folder.path().join("prefix");
    let prefix = prefix.to_str().context("a path in UTF-8")?;
    let empty = folder.path().to_str().context("a path in UTF-8")?;
    for (arguments, why) in [
        (&["--prefix", prefix, "--from", empty][..], "has no glasshouse: build first"),
        (&["--prefix"], "Say where to"),
        (&["--prefix", ""], "Say where to"),
        (&["--prefix", prefix, "--form", empty], "not --form"),
        (&["--prefxi", prefix], "There is no option --prefxi"),
    ] {
        let output = Command::new(script()).args(arguments).env("GLASSHOUSE_INSTALL", "no").output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(why), "{arguments:?}: {said}");
    }
    assert!(!Path::new(prefix).exists());
    Ok(())
}
