use glasshouse_core::{
    Caller, Command, OutputChange, OutputRef,
    command::{Argument, Mode},
};
use glasshouse_protocols::{Output, OutputOptions, finite};
use glasshouse_scene::{LogicalPoint, Transform};
use zbus::{Connection, interface};

use super::{BusError, CommandsRequest, Reply, Request, peer::Peer};

/// Calls of `org.glasshouse.Outputs1` that are no plain commands.
#[derive(Debug)]
pub enum OutputsRequest {
    /// Answered with the name of the new output.
    Create { caller: Caller, command: Command, reply: Reply<String> },
}

/// `org.glasshouse.Outputs1`.
pub(super) struct Outputs1(pub(super) Peer);

impl Outputs1 {
    async fn run(&self, connection: &Connection, command: Command) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Run { caller, command, reply })).await
    }
}

#[interface(name = "org.glasshouse.Outputs1", spawn = false)]
impl Outputs1 {
    /// All outputs, in the order in which they were added, as Desktop1 lists them: also those that are not used, and mirrors.
    #[zbus(out_args("outputs"))]
    async fn list(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Output>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Outputs { caller, reply }).await
    }

    /// Makes a virtual output of this mode, such as 1280x720 or 1280x720@60, and answers its name.
    ///
    /// Options, all of which may be absent: name (s), scale (d), transform (s: normal, 90, 180, 270, flipped, flipped-90, flipped-180,
    /// flipped-270), position (dd: the top-left corner in the logical space of all outputs).
    #[zbus(out_args("name"))]
    async fn create(&self, #[zbus(connection)] connection: &Connection, mode: &str, options: OutputOptions) -> Result<String, BusError> {
        let command = Command::AddOutput {
            mode: read::<Mode>("mode", mode)?,
            name: options.name,
            scale: options.scale.unwrap_or(1.0),
            transform: transform(options.transform.as_deref())?.unwrap_or_default(),
            position: position(options.position)?,
        };
        self.0.ask(connection, |caller, reply| Request::OutputsChange(OutputsRequest::Create { caller, command, reply })).await
    }

    /// Changes an output while windows are on it. Options as for Create, mode (s), enabled (b: whether it is used),
    /// power (b: whether it shows anything), and mirror (s: the name of another output whose picture it shows, or none); what is absent
    /// stays.
    async fn configure(&self, #[zbus(connection)] connection: &Connection, name: &str, options: OutputOptions) -> Result<(), BusError> {
        let change = OutputChange {
            mode: options.mode.map(|mode| read::<Mode>("mode", &mode)).transpose()?,
            scale: options.scale,
            transform: transform(options.transform.as_deref())?,
            position: position(options.position)?,
            name: options.name,
            enabled: options.enabled.map(Into::into),
            power: options.power.map(Into::into),
            mirror: options.mirror.map(|mirror| read("mirror", &mirror)).transpose()?,
        };
        self.run(connection, change.of(OutputRef::Named(name.to_owned()))).await
    }

    /// Takes an output away. Its windows move to another one, and back when an output of that name returns.
    async fn remove(&self, #[zbus(connection)] connection: &Connection, name: &str) -> Result<(), BusError> {
        self.run(connection, Command::RemoveOutput { output: OutputRef::Named(name.to_owned()) }).await
    }
}

fn read<T: Argument>(what: &str, word: &str) -> Result<T, BusError> {
    T::parse(word).map_err(|sentence| BusError::BadArgument(format!("{what} cannot be {word:?}; {sentence}")))
}

fn transform(word: Option<&str>) -> Result<Option<Transform>, BusError> {
    word.map(|word| read("transform", word)).transpose()
}

fn position(position: Option<(f64, f64)>) -> Result<Option<LogicalPoint>, BusError> {
    let Some((x, y)) = position else { return Ok(None) };
    finite([("x", x), ("y", y)])?;
    Ok(Some(LogicalPoint::new(x, y)))
}
