//! A catalogue of all sentences that people read.
//!
//! A sentence is a method of a trait, and its variable parts are typed parameters; [`English`] implements all of them. Plurals
//! and word order are code of the language, and no caller joins halves of a sentence. Facts are data on the floors below (errors,
//! problems, checks, explanations); only code that prints asks for words.
//!
//! A second language is a type that implements the same traits, in files of its own, and a line in [`Language`]. While a sentence
//! is missing, the language does not compile.
//!
//! Keys of tables and columns, values in CSV and JSON, and names of options are not sentences: they are the same in every
//! language.

mod choice;
mod compare;
mod compare_page;
mod display;
mod doctor;
mod documents;
mod english;
mod errors;
mod explain;
mod glossary;
mod live;
mod overview;
mod page;
mod presentation;
mod reading;
mod rungs;
mod selection;
mod services;
mod tables;
mod usage;

use std::fmt::Debug;

pub use choice::ChoiceMessages;
pub use compare::CompareMessages;
pub use compare_page::ComparePageMessages;
pub use doctor::DoctorMessages;
pub use documents::DocumentMessages;
pub use english::English;
pub use errors::ErrorMessages;
pub use explain::ExplainMessages;
pub use glossary::{Definition, GlossaryMessages, TermLabel};
pub use live::LiveMessages;
pub use overview::{OverviewMessages, OverviewPart};
pub use page::{DoorKind, PageMeasure, PageMessages, PageSection, PageTile};
pub use presentation::PresentationMessages;
pub use reading::{InterruptedAt, ReadingMessages};
pub use rungs::RungMessages;
pub use selection::SelectionMessages;
pub use services::{PortLabel, ServiceMessages};
pub use tables::TableMessages;
pub use usage::UsageMessages;

/// All sentences of a language.
pub trait Messages:
    ChoiceMessages
    + CompareMessages
    + ComparePageMessages
    + DoctorMessages
    + DocumentMessages
    + ErrorMessages
    + ExplainMessages
    + GlossaryMessages
    + LiveMessages
    + OverviewMessages
    + PageMessages
    + PresentationMessages
    + ReadingMessages
    + RungMessages
    + SelectionMessages
    + ServiceMessages
    + TableMessages
    + UsageMessages
    + Debug
    + Sync
{
}

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
}

impl Language {
    /// The sentences of this language.
    pub const fn messages(self) -> &'static dyn Messages {
        match self {
            Language::English => &English,
        }
    }
}
