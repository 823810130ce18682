//! The XML in `protocols/dbus` is what the desktop says about itself.

use std::{fs, path::PathBuf};

use glasshouse_protocols::{BUS_NAME, OBJECT_PATH};
use zbus::fdo::IntrospectableProxy;

use super::{Bench, echo};

/// `UPDATE_XML=1` writes the files instead.
#[tokio::test]
async fn the_xml_in_the_repository_is_what_is_served() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let introspectable = IntrospectableProxy::builder(&connection).destination(BUS_NAME).path(OBJECT_PATH).build().await.unwrap();
    let served = introspectable.introspect().await.unwrap();

    let dir = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../protocols/dbus"));
    let interfaces: Vec<_> = served.split("  <interface name=\"").skip(1).filter(|part| part.starts_with("org.glasshouse.")).collect();
    for part in &interfaces {
        let (name, _) = part.split_once('"').unwrap();
        let (body, _) = part.split_once("  </interface>").unwrap();
        let xml = format!(
            "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n \
             \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node name=\"{OBJECT_PATH}\">\n  \
             <interface name=\"{body}  </interface>\n</node>\n"
        );
        let path = dir.join(format!("{name}.xml"));
        if std::env::var_os("UPDATE_XML").is_some() {
            fs::write(&path, &xml).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, xml, "{} is another one; run this test with UPDATE_XML=1", path.display());
    }
    assert_eq!(fs::read_dir(dir).unwrap().count(), interfaces.len(), "a file of an interface that is not served");
}
