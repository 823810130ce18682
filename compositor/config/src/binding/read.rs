//! Bindings and commands in TOML.

use std::time::Duration;

use glasshouse_core::Command;
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use super::{Binding, CommandLine, Input, LONG_PRESS, On, Trigger};
use crate::{
    nearest::nearest,
    problem::Fault,
    table::{Key, read_within},
    value::{Node, Setting, quote, refuse, wrong_type},
};

const COMMAND: &str = "a command in quotes, such as \"focus-window left\"";

impl Setting for CommandLine {
    fn takes() -> String {
        COMMAND.to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string", "description": "A command; docs/commands.md lists them." })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let Some(text) = node.get_ref().as_str() else { return wrong_type(node, COMMAND) };
        let command = match text.parse::<Command>() {
            Ok(command) => command,
            Err(error) => {
                let sentence = error.to_string();
                // The sentence says what to write behind its semicolon.
                let (message, help) = sentence.split_once("; ").unwrap_or((&sentence, "`glassctl do --help` lists the commands"));
                return refuse(node, message, help);
            }
        };
        if let Command::SetOption { key, .. } | Command::ResetOption { key } = &command
            && let Err((message, help)) = Key::parse(key)
        {
            return Err(vec![Fault { help, ..Fault::new(node.span(), message) }]);
        }
        Ok(Self(command))
    }

    fn write(&self) -> String {
        quote(&self.0.to_string())
    }
}

/// The value of a key in `[bindings]`. Empty: `false`, which frees the trigger.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound(pub(crate) Vec<Binding>);

const FIELDS: [&str; 7] = ["command", "commands", "on", "repeat", "long-press-ms", "when-locked", "doc"];

/// Shorter would be a click, longer nobody waits.
const LONG_PRESS_RANGE: (f64, f64) = (50.0, 10_000.0);

impl Setting for Bound {
    fn takes() -> String {
        "a command; a list of commands, carried out all or none; a table with more; a list of such tables; or false, which removes a binding"
            .to_owned()
    }

    fn schema() -> Value {
        let commands = json!({ "type": "array", "items": CommandLine::schema(), "minItems": 1 });
        let table = json!({
            "type": "object",
            "properties": {
                "command": CommandLine::schema(),
                "commands": commands,
                "on": On::schema(),
                "repeat": { "type": "boolean", "default": false },
                "long-press-ms": {
                    "type": "integer", "minimum": LONG_PRESS_RANGE.0, "maximum": LONG_PRESS_RANGE.1, "default": LONG_PRESS.as_millis() as u64
                },
                "when-locked": { "type": "boolean", "default": false },
                "doc": { "type": "string" },
            },
            "oneOf": [{ "required": ["command"] }, { "required": ["commands"] }],
            "additionalProperties": false,
        });
        json!({ "anyOf": [{ "const": false }, CommandLine::schema(), commands, table, { "type": "array", "items": table, "minItems": 1 }] })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        match node.get_ref() {
            DeValue::Boolean(false) => Ok(Self(Vec::new())),
            DeValue::String(_) => Ok(Self(vec![Binding::new(vec![CommandLine::read(node)?.0])])),
            DeValue::Table(table) => Ok(Self(vec![read_table(node, table)?])),
            DeValue::Array(array) if array.iter().any(|item| item.get_ref().is_table()) => {
                let (mut bindings, mut faults) = (Vec::<Binding>::new(), Vec::new());
                for item in array.iter() {
                    let read = match item.get_ref() {
                        DeValue::Table(table) => read_table(item, table),
                        _ => wrong_type(item, "a table, as its neighbours are"),
                    };
                    match read {
                        Ok(binding) if bindings.iter().any(|other| other.on == binding.on) => {
                            let message = format!("two of these act on {}", binding.on.word());
                            faults.push(Fault::new(item.span(), message).help("put the commands into one list, or say on = \"release\""));
                        }
                        Ok(binding) => bindings.push(binding),
                        Err(more) => faults.extend(more),
                    }
                }
                if faults.is_empty() { Ok(Self(bindings)) } else { Err(faults) }
            }
            DeValue::Array(_) => Ok(Self(vec![Binding::new(read_commands(node)?)])),
            _ => wrong_type(node, &format!("{COMMAND}, or false")),
        }
    }

    fn write(&self) -> String {
        match self.0.as_slice() {
            [] => "false".to_owned(),
            [binding] => write_binding(binding),
            several => format!("[{}]", several.iter().map(write_table).collect::<Vec<_>>().join(", ")),
        }
    }
}

impl Bound {
    /// Holds the binding against what it is bound to.
    pub(crate) fn fits(&self, trigger: &Trigger, node: &Node<'_>) -> Result<(), Vec<Fault>> {
        if !trigger.has_duration() && self.0.iter().any(|binding| binding.on != On::Press || binding.repeat) {
            return refuse(node, format!("{trigger} is over as soon as it happens"), "leave out on and repeat");
        }
        let on_press = self.0.iter().any(|binding| binding.on == On::Press);
        if on_press && matches!(trigger.input, Input::Key(keysym) if keysym.is_modifier_key()) {
            return refuse(node, format!("{trigger} goes down in every binding that holds it"), "say on = \"release\"");
        }
        Ok(())
    }
}

fn read_commands(node: &Node<'_>) -> Result<Vec<Command>, Vec<Fault>> {
    let commands = Vec::<CommandLine>::read(node)?;
    if commands.is_empty() {
        return refuse(node, "there is no command in this list", "write false to remove a binding");
    }
    Ok(commands.into_iter().map(|line| line.0).collect())
}

fn read_table(node: &Node<'_>, table: &DeTable<'_>) -> Result<Binding, Vec<Fault>> {
    let mut binding = Binding::new(Vec::new());
    let mut faults = Vec::new();
    for (key, value) in table.iter() {
        let name = key.get_ref().as_ref();
        let read = match name {
            "command" | "commands" if !binding.commands.is_empty() => {
                refuse(value, "there are both command and commands", "put all of them into commands = [...]")
            }
            "command" => CommandLine::read(value).map(|line| binding.commands = vec![line.0]),
            "commands" => read_commands(value).map(|commands| binding.commands = commands),
            "on" => On::read(value).map(|on| binding.on = on),
            "repeat" => bool::read(value).map(|repeat| binding.repeat = repeat),
            "long-press-ms" => {
                let read = read_within::<u32>(value, Some(LONG_PRESS_RANGE));
                read.map(|length| binding.long_press = Duration::from_millis(u64::from(length)))
            }
            "when-locked" => bool::read(value).map(|when| binding.when_locked = when),
            "doc" => String::read(value).map(|doc| binding.doc = Some(doc)),
            _ => Err(vec![Fault {
                help: Some(match nearest(name, FIELDS) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("there are {}", FIELDS.join(", ")),
                }),
                ..Fault::new(key.span(), format!("a binding has no {name:?}"))
            }]),
        };
        faults.extend(read.err().into_iter().flatten());
    }
    if binding.commands.is_empty() && faults.is_empty() {
        return refuse(node, "this binding does nothing", "add command = \"...\"");
    }
    if binding.repeat && binding.on != On::Press {
        return refuse(node, format!("what acts on {} cannot repeat", binding.on.word()), "leave out repeat or on");
    }
    if faults.is_empty() { Ok(binding) } else { Err(faults) }
}

fn write_commands(commands: &[Command]) -> String {
    match commands {
        [command] => quote(&command.to_string()),
        commands => format!("[{}]", commands.iter().map(|command| quote(&command.to_string())).collect::<Vec<_>>().join(", ")),
    }
}

fn write_binding(binding: &Binding) -> String {
    if *binding == Binding::new(binding.commands.clone()) { write_commands(&binding.commands) } else { write_table(binding) }
}

fn write_table(binding: &Binding) -> String {
    let Binding { commands, on, repeat, long_press, when_locked, doc } = binding;
    let mut fields = vec![match commands.as_slice() {
        [_] => format!("command = {}", write_commands(commands)),
        _ => format!("commands = {}", write_commands(commands)),
    }];
    if *on != On::Press {
        fields.push(format!("on = {}", on.write()));
    }
    if *repeat {
        fields.push("repeat = true".to_owned());
    }
    if *long_press != LONG_PRESS {
        fields.push(format!("long-press-ms = {}", long_press.as_millis()));
    }
    if *when_locked {
        fields.push("when-locked = true".to_owned());
    }
    if let Some(doc) = doc {
        fields.push(format!("doc = {}", quote(doc)));
    }
    format!("{{ {} }}", fields.join(", "))
}
