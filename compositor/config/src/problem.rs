//! What is wrong with a configuration: everything at once, each with its place and the nearest valid thing.

use std::{fmt, ops::Range};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::source::Source;

/// A mistake that does not know its source yet: offsets are into the TOML text that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// Another place that has to do with it, in the same text, and what is there.
    pub(crate) also: Option<(Range<usize>, &'static str)>,
}

impl Fault {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, also: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the nearest valid name, if one is near.
    pub(crate) fn mean(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(nearest) => self.help(format!("did you mean {nearest}?")),
            None => self,
        }
    }
}

/// One mistake and where it is.
#[derive(Debug, Clone)]
pub struct Problem {
    source: Source,
    fault: Fault,
}

impl Problem {
    pub(crate) fn new(source: &Source, fault: Fault) -> Self {
        let also = fault.also.map(|(span, label)| (source.shown(&span), label));
        // One line has no room for a picture of both places.
        let elsewhere =
            also.as_ref().map(|(span, label): &(Range<usize>, &str)| format!("{label}, in line {}", source.position(span.start).0));
        let help = fault.help.or(elsewhere);
        Self { source: source.clone(), fault: Fault { span: source.shown(&fault.span), message: fault.message, help, also } }
    }

    /// What is wrong: a sentence without a full stop.
    pub fn message(&self) -> &str {
        &self.fault.message
    }

    /// What would be right, if that can be said.
    pub fn help_text(&self) -> Option<&str> {
        self.fault.help.as_deref()
    }

    /// The file's path, `$VARIABLE`, the flag, or `set`.
    pub fn source_name(&self) -> String {
        self.source.name()
    }

    /// From 1.
    pub fn line(&self) -> usize {
        self.source.position(self.fault.span.start).0
    }

    /// In characters, from 1.
    pub fn column(&self) -> usize {
        self.source.position(self.fault.span.start).1
    }

    /// The line that the mistake is in, or as much of it as can be shown.
    pub fn source_line(&self) -> &str {
        let line = self.source.line(self.fault.span.start);
        line.get(..line.floor_char_boundary(MAX_WIDTH)).unwrap_or(line)
    }
}

/// In one line, as compilers do: `file:line:column: message; help`. A variable, a flag and what is set at run time are one line that whoever
/// wrote it knows: for these it is `name: message; help`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source.one_line() {
            Some(name) => write!(f, "{name}: {}", self.message())?,
            None => write!(f, "{}:{}:{}: {}", self.source_name(), self.line(), self.column(), self.message())?,
        }
        match self.help_text() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// More than this nobody reads, and looking for the nearest name takes its time for each.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// Files with longer lines, in bytes, are shown without a picture.
const MAX_WIDTH: usize = 1000;

/// All mistakes of one reading, up to a hundred. Never empty.
#[derive(Debug, Clone, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn one(source: &Source, fault: Fault) -> Self {
        Self(vec![Problem::new(source, fault)])
    }

    /// `None` if there are none.
    pub(crate) fn of(mut problems: Vec<Problem>) -> Option<Self> {
        problems.truncate(MAX_PROBLEMS);
        (!problems.is_empty()).then_some(Self(problems))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// For a terminal: every mistake with its source line and what to write instead.
    pub fn render(&self, color: bool) -> String {
        let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(120);
        let mut text = String::new();
        for problem in &self.0 {
            // A picture as wide as that helps nobody, and miette panics from 65,536 columns on.
            let too_wide = problem.source.longest_line() > MAX_WIDTH;
            if too_wide || handler.render_report(&mut text, &Report(problem)).is_err() {
                text.push_str(&format!("{problem}\n"));
            }
        }
        if self.is_cut_short() {
            text.push_str("There may be more.\n");
        }
        text
    }

    /// Whether there may be more than these.
    pub fn is_cut_short(&self) -> bool {
        self.0.len() >= MAX_PROBLEMS
    }
}

/// One line for each.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A problem in miette's terms.
#[derive(Debug)]
struct Report<'a>(&'a Problem);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help_text().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let fault = &self.0.fault;
        let main = LabeledSpan::new_primary_with_span(Some("here".to_owned()), fault.span.clone());
        let also = fault.also.iter().map(|(span, label)| LabeledSpan::new_with_span(Some((*label).to_owned()), span.clone()));
        Some(Box::new(std::iter::once(main).chain(also)))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.text().read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}
