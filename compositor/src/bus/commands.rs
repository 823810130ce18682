use glasshouse_core::{
    Caller, Command, Refused,
    command::{COMMANDS, Undo},
};
use glasshouse_protocols::{
    CommandDoc, Preview,
    commands::{MAX_COMMAND, MAX_TRANSACTION},
};
use zbus::{Connection, interface};

use super::{BusError, Reply, Request, peer::Peer};

/// Calls of `org.glasshouse.Commands1`.
#[derive(Debug)]
pub enum CommandsRequest {
    /// Answered when clients have been told.
    Run {
        caller: Caller,
        command: Command,
        reply: Reply<()>,
    },
    Transaction {
        caller: Caller,
        commands: Vec<Command>,
        reply: Reply<()>,
    },
    DryRun {
        caller: Caller,
        commands: Vec<Command>,
        reply: Reply<Preview>,
    },
    /// Answered with the text of what was undone.
    Undo {
        caller: Caller,
        reply: Reply<String>,
    },
    Redo {
        caller: Caller,
        reply: Reply<String>,
    },
}

/// `org.glasshouse.Commands1`.
pub(super) struct Commands1(pub(super) Peer);

#[interface(name = "org.glasshouse.Commands1", spawn = false)]
impl Commands1 {
    /// Carries out a command: its name and its arguments, one string each, such as focus-window and left. It is done, and clients have been
    /// told, when the answer comes.
    async fn run(&self, #[zbus(connection)] connection: &Connection, command: Vec<String>) -> Result<(), BusError> {
        let command = parse(&command)?;
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Run { caller, command, reply })).await
    }

    /// Carries out all commands or none, in one round of configures and one frame: 1 to 256 of them. One Undo undoes all.
    async fn transaction(&self, #[zbus(connection)] connection: &Connection, commands: Vec<Vec<String>>) -> Result<(), BusError> {
        let commands = parse_all(&commands)?;
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Transaction { caller, commands, reply })).await
    }

    /// What a transaction would do if every client answered as it is asked to. Nothing changes.
    ///
    /// windows and outputs (aa{sv}, as Desktop1 lists them): those that would be different, as they would be; outputs_removed (at); closes
    /// (at): windows that would be asked to close; quits (b).
    #[zbus(out_args("preview"))]
    async fn dry_run(&self, #[zbus(connection)] connection: &Connection, commands: Vec<Vec<String>>) -> Result<Preview, BusError> {
        let commands = parse_all(&commands)?;
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::DryRun { caller, commands, reply })).await
    }

    /// Puts back what the last command changed, and answers which that was. A command that cannot be undone says why; the next call goes
    /// on with the one before.
    #[zbus(out_args("command"))]
    async fn undo(&self, #[zbus(connection)] connection: &Connection) -> Result<String, BusError> {
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Undo { caller, reply })).await
    }

    /// Does again what Undo put back, and answers which that was.
    #[zbus(out_args("command"))]
    async fn redo(&self, #[zbus(connection)] connection: &Connection) -> Result<String, BusError> {
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Redo { caller, reply })).await
    }

    /// All commands: name, usage, documentation, the right that a program needs (observe, capture, input, arrange, launch or manage), and
    /// why it cannot be undone, which is empty if it can.
    #[zbus(out_args("commands"))]
    fn list(&self) -> Vec<CommandDoc> {
        let row = |entry: &glasshouse_core::command::Entry| CommandDoc {
            name: entry.name.to_owned(),
            usage: entry.usage(),
            doc: entry.doc.to_owned(),
            scope: entry.scope.name().to_owned(),
            not_undoable: match entry.undo {
                Undo::No(why) => why.to_owned(),
                Undo::Arrangement | Undo::Inverse => String::new(),
            },
        };
        COMMANDS.iter().map(row).collect()
    }
}

fn parse(words: &[String]) -> Result<Command, BusError> {
    if words.iter().map(String::len).sum::<usize>() > MAX_COMMAND {
        return Err(BusError::BadArgument(format!("a command has at most {MAX_COMMAND} bytes")));
    }
    Command::parse(words).map_err(|error| BusError::BadArgument(error.to_string()))
}

fn parse_all(commands: &[Vec<String>]) -> Result<Vec<Command>, BusError> {
    if commands.is_empty() || commands.len() > MAX_TRANSACTION {
        return Err(BusError::BadArgument(format!("a transaction has 1 to {MAX_TRANSACTION} commands, not {}", commands.len())));
    }
    let parsed = commands
        .iter()
        .enumerate()
        .map(|(index, words)| parse(words).map_err(|error| BusError::BadArgument(format!("command {}: {error}", index + 1))));
    parsed.collect()
}

/// A refusal of a transaction, with the error that its command alone would have had.
pub(crate) fn refused(refused: &Refused) -> BusError {
    super::wire::refusal_as(&refused.refusal, refused.to_string())
}
