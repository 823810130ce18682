//! `glassctl snapshot`: arrangements that are kept under a name.

use std::time::{SystemTime, UNIX_EPOCH};

use glasshouse_protocols::{Session1Proxy, SnapshotInfo};
use serde_json::json;
use zbus::Connection;

use crate::{
    args::{Layout, Snapshot},
    print::{clean, print, print_json, table},
};

pub(crate) async fn carry_out(connection: &Connection, order: Snapshot) -> anyhow::Result<()> {
    let session = Session1Proxy::new(connection).await?;
    match order {
        Snapshot::Create { name } => Ok(session.create_snapshot(&name).await?),
        Snapshot::Restore { name } => Ok(session.restore_snapshot(&name).await?),
        Snapshot::Delete { name } => Ok(session.delete_snapshot(&name).await?),
        Snapshot::List { json } => {
            print_list(&session.list_snapshots().await?, json, "no snapshots; `glassctl snapshot create NAME` makes one")
        }
        Snapshot::Diff { name, json } => {
            let differences = session.diff_snapshot(&name).await?;
            if json {
                return Ok(print_json(&json!(differences))?);
            }
            if differences.is_empty() {
                return Ok(print("nothing is different\n")?);
            }
            Ok(print(&differences.iter().map(|sentence| clean(sentence) + "\n").collect::<String>())?)
        }
    }
}

/// `glassctl layout`: arrangements with the programs of their windows.
pub(crate) async fn keep(connection: &Connection, order: Layout) -> anyhow::Result<()> {
    let session = Session1Proxy::new(connection).await?;
    match order {
        Layout::Save { name, workspace, .. } => Ok(session.save_layout(&name, workspace.as_deref().unwrap_or_default()).await?),
        Layout::Restore { name, timeout } => {
            let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
            Ok(session.restore_layout(&name, timeout_ms).await?)
        }
        Layout::Remove { name } => Ok(session.delete_layout(&name).await?),
        Layout::List { json } => print_list(&session.list_layouts().await?, json, "no arrangements; `glassctl layout save NAME` keeps one"),
    }
}

fn print_list(kept: &[SnapshotInfo], json: bool, none: &str) -> anyhow::Result<()> {
    if json {
        let values = kept.iter().map(|SnapshotInfo { name, created_unix_ms, windows }| {
            json!({ "name": name, "created_unix_ms": created_unix_ms, "windows": windows })
        });
        return Ok(print_json(&values.collect())?);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    Ok(print(&list(kept, now, none))?)
}

fn list(snapshots: &[SnapshotInfo], now_unix_ms: u64, none: &str) -> String {
    if snapshots.is_empty() {
        return format!("{none}\n");
    }
    let rows = snapshots.iter().map(|snapshot| {
        let SnapshotInfo { name, created_unix_ms, windows } = snapshot;
        [name.clone(), windows.to_string(), age(now_unix_ms.saturating_sub(*created_unix_ms))]
    });
    table(["NAME", "WINDOWS", "MADE"], rows)
}

/// In the largest unit of which there are at least two.
fn age(milliseconds: u64) -> String {
    const UNITS: &[(u64, &str)] = &[(86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let unit = UNITS.iter().find(|(length, _)| milliseconds >= 2 * length);
    unit.map_or_else(|| "just now".to_owned(), |(length, name)| format!("{} {name} ago", milliseconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_how_old_snapshots_are() {
        let snapshot = |name: &str, age_ms: u64| SnapshotInfo { name: name.into(), created_unix_ms: 1_000_000_000 - age_ms, windows: 3 };
        let snapshots = [snapshot("a", 500), snapshot("work", 90_000), snapshot("b", 7_200_000), snapshot("c", 900_000_000)];
        assert_eq!(
            list(&snapshots, 1_000_000_000, ""),
            "\
NAME  WINDOWS  MADE
a     3        just now
work  3        90 s ago
b     3        2 h ago
c     3        10 days ago
"
        );
        assert_eq!(list(&[], 0, "none"), "none\n");
    }
}
