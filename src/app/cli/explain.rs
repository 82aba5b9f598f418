//! The arguments of `portolan explain`, and the job that they describe.

use std::path::{Path, PathBuf};

use clap::Args;
use portolan::analysis::Selection;
use portolan::capture::InputName;
use portolan::explain::Question as Flow;
use portolan::glossary::own_category;
use portolan::service::OwnCategories;

use super::presentation::PagerArguments;
use super::selection::SelectionArguments;
use super::{CommonArguments, CommonJob, OrderArguments};
use crate::app::pager::Paging;
use crate::app::words::look_up;

/// Help of `--filter`, which selects a flow here; in other commands it selects the packets to analyse.
pub const FILTER_HELP: &str = "Select the flow to explain: one with at least one packet that matches a tcpdump filter (man pcap-filter), \
    such as 'tcp port 80 and host 10.0.0.5'; use addresses, host names are not looked up. Needs libpcap";

#[derive(Args, Debug)]
#[command(
    override_usage = "portolan explain [OPTIONS] FILE... FLOW\n       portolan explain [OPTIONS] FILE... --filter EXPR\n       portolan explain [OPTIONS] FILE... --service NAME\n       portolan explain WORD..."
)]
pub struct ExplainArguments {
    /// Captures to read, or folders of captures, which together form one capture; the last argument is the flow
    ///
    /// FLOW is the number of a flow in the table flows (94), its endpoints in any order (10.0.0.5:51544-192.0.2.80:443, also with > or
    /// a space between them, or only one of them), the number of one of its packets (packet:597), or its Community ID (1:...=).
    ///
    /// FLOW may be omitted if only one flow is selected by --filter, --service and the other options that select flows.
    ///
    /// WORD is a table (services), a column (packets_c2s, or services.packets_c2s) or a word that stands in one (rank, S3, refused; with
    /// --services also a category that your port table declares). If there is a file of that name, it is taken for a capture; see --word.
    #[arg(value_name = "FILE... FLOW | WORD...")]
    words: Vec<PathBuf>,

    /// Explain the arguments as words, even if there are files of these names
    #[arg(long)]
    word: bool,

    #[command(flatten)]
    order: OrderArguments,

    #[command(flatten)]
    pager: PagerArguments,

    #[command(flatten)]
    pub(super) common: CommonArguments,

    #[command(flatten)]
    selection: SelectionArguments,
}

/// A run of `portolan explain`.
#[derive(Debug)]
pub struct ExplainJob {
    /// The inputs as given, folders included.
    pub inputs: Vec<InputName>,
    /// True if the inputs are read in the order given, not in chronological order.
    pub keep_order: bool,
    /// The flow; `None` = the one that the selection and the filter leave.
    pub flow: Option<Flow>,
    /// The flows to choose from.
    pub selection: Selection,
    /// The use of a pager on the terminal.
    pub paging: Paging,
    /// The settings of the analysis. The filter selects flows.
    pub common: CommonJob,
}

/// Arguments that do not name captures and a flow.
#[derive(Debug, PartialEq, Eq)]
pub enum ArgumentProblem {
    /// No argument is given.
    Nothing,
    /// Captures are given, but no flow.
    NoFlow {
        /// The captures.
        captures: String,
    },
    /// A flow is given, but no capture.
    NoCapture {
        /// The flow.
        flow: String,
    },
    /// The only argument is a file, and also a word that Portolan could explain.
    FileWins {
        /// The argument.
        word: String,
    },
    /// The last argument is neither a flow nor an existing file.
    NotAFlow {
        /// The last argument.
        word: String,
    },
}

impl ExplainArguments {
    /// The words to explain; `None` if the arguments are to name captures and a flow. A file of the same name wins over a word, and so
    /// does a flow.
    pub fn words(&self, own: &OwnCategories) -> Option<Vec<String>> {
        let words: Vec<String> = self.words.iter().map(|word| word.display().to_string()).collect();
        let names_a_flow = || words.last().is_some_and(|word| Flow::parse(word).is_some());
        let are_words = match words.as_slice() {
            [] => false,
            _ if self.word => true,
            _ if self.selects_flows() || self.words.iter().any(|word| is_input(word)) || names_a_flow() => false,
            [_] => true,
            several => several.iter().any(|word| !look_up(word).is_empty() || own_category(word, own).is_some()),
        };
        are_words.then_some(words)
    }

    /// True if options narrow the choice of a flow.
    fn selects_flows(&self) -> bool {
        self.common.filter.is_some() || !self.selection.0.is_empty()
    }

    /// The user's port table.
    pub fn port_table(&self) -> Option<&Path> {
        self.common.services.as_deref()
    }

    /// The job that the arguments describe.
    pub fn into_job(self) -> Result<ExplainJob, ArgumentProblem> {
        let selects_flows = self.selects_flows();
        let (files, flow) = captures_and_flow(self.words, selects_flows)?;
        Ok(ExplainJob {
            inputs: files.iter().map(|file| InputName::from_argument(file)).collect(),
            keep_order: self.order.keep_order,
            flow,
            selection: self.selection.0,
            paging: self.pager.into_paging(),
            common: self.common.into_job(),
        })
    }
}

/// The captures, and the flow, which is the last argument. If options select flows, it may be missing.
fn captures_and_flow(mut words: Vec<PathBuf>, selects_flows: bool) -> Result<(Vec<PathBuf>, Option<Flow>), ArgumentProblem> {
    let Some(last) = words.last() else { return Err(ArgumentProblem::Nothing) };
    let word = last.display().to_string();
    let (flow, is_input) = (last.to_str().and_then(Flow::parse), is_input(last));
    match flow {
        Some(_) if words.len() > 1 => {
            words.pop();
            Ok((words, flow))
        }
        Some(_) if !is_input => Err(ArgumentProblem::NoCapture { flow: word }),
        None if words.len() > 1 && !is_input => Err(ArgumentProblem::NotAFlow { word }),
        _ if selects_flows => Ok((words, None)),
        _ if words.len() == 1 && !look_up(&word).is_empty() => Err(ArgumentProblem::FileWins { word }),
        _ => {
            let files: Vec<String> = words.iter().map(|file| file.display().to_string()).collect();
            Err(ArgumentProblem::NoFlow { captures: files.join(" ") })
        }
    }
}

/// True for standard input, and for a file or folder that exists.
fn is_input(word: &Path) -> bool {
    word.as_os_str() == "-" || word.exists()
}
