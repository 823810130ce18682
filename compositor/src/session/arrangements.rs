//! Arrangements that are kept by name, on the disk: JSON for people, who may write and change it by hand.

use std::{collections::BTreeMap, fs, path::PathBuf};

use glasshouse_core::{Kept, Memory, OutputMode, RememberedOutput, RememberedWindow, rules::Pattern};
use glasshouse_scene::Transform;
use serde::{Deserialize, Serialize};

use super::record::{WindowRecord, WorkspaceRecord};

/// Of these files.
const VERSION: u32 = 1;

/// Generations of processes between a window and the program that was started for it.
const MAX_ANCESTORS: usize = 32;

/// Longer command lines are not what somebody would start again.
const MAX_COMMAND: usize = 64 * 1024;

/// An arrangement, and what its windows were started with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    pub kept: Kept,
    /// One for each of its windows. Without arguments: nobody knows.
    pub programs: Vec<Program>,
}

/// What opens a window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    pub argv: Vec<String>,
    /// `None`: the desktop's own directory.
    pub folder: Option<PathBuf>,
}

/// The whole file. What it does not know is a mistake, because somebody wrote it by hand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ArrangementRecord {
    version: u32,
    pub(super) created_unix_ms: u64,
    /// It is of one workspace.
    single: bool,
    /// The names of outputs that show again what they showed.
    outputs: Vec<String>,
    focused_output: Option<String>,
    workspaces: Vec<WorkspaceRecord>,
    pub(super) windows: Vec<KeptRecord>,
}

/// A window: how to recognise it, how to open it, and where it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KeptRecord {
    app_id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_pattern: Option<PatternText>,
    #[serde(skip_serializing_if = "String::is_empty")]
    tag: String,
    command: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    place: WindowRecord,
}

/// A pattern that is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct PatternText(Pattern);

impl TryFrom<String> for PatternText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Pattern::new(&text).map(Self).map_err(|error| error.to_string())
    }
}

impl From<PatternText> for String {
    fn from(pattern: PatternText) -> Self {
        pattern.0.as_str().to_owned()
    }
}

impl ArrangementRecord {
    pub(super) fn new(arrangement: Arrangement, created_unix_ms: u64) -> Self {
        let Arrangement { kept: Kept { memory, single }, programs } = arrangement;
        let mut programs = programs.into_iter();
        let window = |was: RememberedWindow| {
            let Program { argv, folder } = programs.next().unwrap_or_default();
            // Processes are others when it is put up again.
            let place = RememberedWindow { app_id: String::new(), title: String::new(), tag: String::new(), pid: None, ..was.clone() };
            KeptRecord {
                place: WindowRecord::from(&place),
                app_id: was.app_id,
                title: was.title,
                title_pattern: was.title_pattern.map(PatternText),
                tag: was.tag,
                command: argv,
                folder,
            }
        };
        Self {
            version: VERSION,
            created_unix_ms,
            single,
            outputs: memory.outputs.into_iter().map(|output| output.mode.name).collect(),
            focused_output: memory.focused_output,
            workspaces: memory.workspaces.iter().map(WorkspaceRecord::from).collect(),
            windows: memory.windows.into_iter().map(window).collect(),
        }
    }

    pub(super) fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// # Errors
    ///
    /// What is wrong, with line and column.
    pub(super) fn decode(text: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let workspaces = record.workspaces.len();
        let wrong = record.windows.iter().position(|window| window.place.workspace().is_some_and(|index| index >= workspaces));
        match (record.version, wrong) {
            (VERSION, None) => Ok(record),
            (VERSION, Some(window)) => {
                Err(format!("window {} is on a workspace that is not in the list, which begins with 0 and has {workspaces}", window + 1))
            }
            (version, _) => Err(format!("it has version {version}, and this program knows {VERSION}")),
        }
    }
}

impl From<ArrangementRecord> for Arrangement {
    fn from(record: ArrangementRecord) -> Self {
        let mut programs = Vec::new();
        let mut window = |record: KeptRecord| {
            let KeptRecord { app_id, title, title_pattern, tag, command, folder, place } = record;
            programs.push(Program { argv: command, folder });
            let title_pattern = title_pattern.map(|pattern| pattern.0);
            RememberedWindow { app_id, title, title_pattern, tag, pid: None, ..RememberedWindow::from(place) }
        };
        let windows = record.windows.into_iter().map(&mut window).collect();
        // Outputs are named only: to change them is another right.
        let output = |name: String| RememberedOutput {
            mode: OutputMode { name, width: 1, height: 1, scale: 1.0, refresh_mhz: 60_000, transform: Transform::Normal },
            placed: None,
            enabled: true,
            powered: true,
            mirror: None,
        };
        let memory = Memory {
            outputs: record.outputs.into_iter().map(output).collect(),
            workspaces: record.workspaces.into_iter().map(Into::into).collect(),
            focused_output: record.focused_output,
            windows,
        };
        Self { kept: Kept { memory, single: record.single }, programs }
    }
}

/// What the windows of a memory were started with: what this desktop started them with (`started`, by process), or else the command line of their
/// processes. Reads `/proc`.
pub(super) fn programs(memory: &Memory, started: &BTreeMap<i32, Vec<String>>) -> Vec<Program> {
    let program = |window: &RememberedWindow| {
        let pid = window.pid?;
        let mut ancestor = pid;
        for _ in 0..MAX_ANCESTORS {
            if let Some(argv) = started.get(&ancestor) {
                return Some(Program { argv: argv.clone(), folder: folder(ancestor) });
            }
            ancestor = crate::launch::parent(ancestor).filter(|above| *above > 1)?;
        }
        None
    };
    let own = |window: &RememberedWindow| Some(Program { argv: command_line(window.pid?)?, folder: folder(window.pid?) });
    memory.windows.iter().map(|window| program(window).or_else(|| own(window)).unwrap_or_default()).collect()
}

fn folder(pid: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd")).ok().filter(|folder| folder.to_str().is_some())
}

fn command_line(pid: i32) -> Option<Vec<String>> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok().filter(|bytes| bytes.len() <= MAX_COMMAND)?;
    let text = String::from_utf8(bytes).ok()?;
    let argv: Vec<String> = text.strip_suffix('\0').unwrap_or(&text).split('\0').map(str::to_owned).collect();
    Some(argv).filter(|argv| argv.first().is_some_and(|program| !program.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_writes_by_hand_is_read_and_mistakes_have_a_place() {
        let text = r#"{
  "version": 1,
  "workspaces": [{ "name": "mail", "layout": "columns" }],
  "windows": [
    { "app_id": "foot", "title_pattern": "^mail", "command": ["foot", "mutt"], "folder": "/tmp", "place": { "workspace": 0 } }
  ]
}"#;
        let arrangement = Arrangement::from(ArrangementRecord::decode(text.as_bytes()).unwrap());
        assert_eq!(arrangement.programs, [Program { argv: vec!["foot".into(), "mutt".into()], folder: Some("/tmp".into()) }]);
        let [window] = &arrangement.kept.memory.windows[..] else { panic!() };
        assert_eq!((window.workspace, window.title_pattern.as_ref().map(Pattern::as_str)), (Some(0), Some("^mail")));

        let wrong = |from: &str, to: &str| ArrangementRecord::decode(text.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!(wrong("\"^mail\"", "\"(\""), "this is no regular expression: unclosed group at line 5 column 44");
        let typo = wrong("\"folder\"", "\"dir\"");
        assert!(typo.starts_with("unknown field `dir`, expected one of `app_id`") && typo.ends_with("at line 5 column 84"), "{typo}");
        assert_eq!(wrong("\"version\": 1", "\"version\": 2"), "it has version 2, and this program knows 1");
        let nowhere = wrong("\"workspace\": 0", "\"workspace\": 1");
        assert_eq!(nowhere, "window 1 is on a workspace that is not in the list, which begins with 0 and has 1");
        assert!(wrong("}\n", "").contains("line"), "it is torn");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let window = RememberedWindow { app_id: "foot".into(), tag: "main".into(), pid: Some(7), workspace: Some(0), ..Default::default() };
        let memory = Memory { workspaces: vec![Default::default()], windows: vec![window.clone()], ..Memory::default() };
        let programs = vec![Program { argv: vec!["foot".into()], folder: None }];
        let written = Arrangement { kept: Kept { memory, single: true }, programs };
        let record = ArrangementRecord::new(written.clone(), 5);
        let read = Arrangement::from(ArrangementRecord::decode(&record.encode().unwrap()).unwrap());
        assert_eq!(read.kept.memory.windows, [RememberedWindow { pid: None, ..window }]);
        assert_eq!((read.programs, read.kept.single), (written.programs, true));
    }

    #[test]
    fn a_window_is_started_again_with_what_started_it() {
        let own = i32::try_from(std::process::id()).unwrap();
        let window = RememberedWindow { pid: Some(own), ..Default::default() };
        let memory = Memory { windows: vec![window, RememberedWindow::default()], ..Memory::default() };
        let [program, nobody] = &programs(&memory, &BTreeMap::new())[..] else { panic!() };
        assert!(program.argv[0].contains("glasshouse"), "{program:?}");
        assert_eq!(program.folder.as_deref(), Some(std::env::current_dir().unwrap().as_path()));
        assert_eq!(*nobody, Program::default());
        let above = crate::launch::parent(own).unwrap();
        let started = BTreeMap::from([(above, vec!["wrapper".to_owned(), "--x".to_owned()])]);
        assert_eq!(programs(&memory, &started)[0].argv, ["wrapper", "--x"]);
    }
}
