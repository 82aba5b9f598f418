//! The package of a workbook: a ZIP archive of XML parts (ECMA-376 part 2), written from front to back.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::about;
use super::cell::append_attribute;
use super::sheet::SheetFacts;

/// The effort of compression, from 0 to 9. The effort 4 takes more than twice as long and saves a seventh, 6 saves a sixth.
const EFFORT: i64 = 2;
/// The first line of each part.
pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The namespace of sheets and workbooks.
pub const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/// The namespace of relationships between parts.
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// The namespace of the parts that list relationships.
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
/// The content types of workbooks begin so.
const CONTENT: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// An archive that is being written. Its bytes depend on nothing but its parts.
pub struct Package<'o> {
    zip: ZipWriter<StreamWriter<Output<'o>>>,
    failure: Rc<RefCell<Failure>>,
}

/// The first error of the output.
#[derive(Default)]
struct Failure {
    error: Option<io::Error>,
    has_failed: bool,
}

/// An output that takes everything after its first error, and drops it: an archive that is given up still writes its end, and would
/// print a message of its own if it could not.
struct Output<'o> {
    output: &'o mut dyn Write,
    failure: Rc<RefCell<Failure>>,
}

impl Output<'_> {
    fn note(&self, result: io::Result<()>) {
        if let Err(error) = result {
            *self.failure.borrow_mut() = Failure { error: Some(error), has_failed: true };
        }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.failure.borrow().has_failed {
            let written = self.output.write_all(bytes);
            self.note(written);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'o> Package<'o> {
    /// Begins a package.
    pub fn new(output: &'o mut dyn Write) -> Package<'o> {
        let failure = Rc::<RefCell<Failure>>::default();
        let output = Output { output, failure: Rc::clone(&failure) };
        Package { zip: ZipWriter::new_stream(output), failure }
    }

    /// Begins a part, and ends the one before.
    pub fn begin(&mut self, path: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(EFFORT))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let begun = self.zip.start_file(path, options).map_err(io_error);
        self.after(begun)
    }

    /// Writes bytes of the current part.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.zip.write_all(bytes);
        self.after(written)
    }

    /// Writes a part as a whole.
    pub fn part(&mut self, path: &str, text: &str) -> io::Result<()> {
        self.begin(path)?;
        self.write(DECLARATION.as_bytes())?;
        self.write(text.as_bytes())
    }

    /// Ends the package.
    pub fn finish(self) -> io::Result<()> {
        let Package { zip, failure } = self;
        let finished = zip.finish().map(drop).map_err(io_error);
        match failure.borrow_mut().error.take() {
            Some(error) => Err(error),
            None => finished,
        }
    }

    /// The error of the output, if it has failed; else the result of the archive.
    fn after(&mut self, result: io::Result<()>) -> io::Result<()> {
        match self.failure.borrow_mut().error.take() {
            Some(error) => Err(error),
            None => result,
        }
    }
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// The path of a sheet, by its number from 1.
pub fn sheet_path(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// Writes the part that leads to the workbook. As the first one, it also tells programs that the archive is a document.
pub fn write_root(package: &mut Package<'_>) -> io::Result<()> {
    let target = format!(r#"<Relationship Id="rId1" Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/>"#);
    package.part("_rels/.rels", &format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{target}</Relationships>"#))
}

/// Writes the parts that list the sheets, the first of which is about the others.
pub fn write_structure(package: &mut Package<'_>, sheets: &[SheetFacts]) -> io::Result<()> {
    let names: Vec<&str> = std::iter::once(about::NAME).chain(sheets.iter().map(|sheet| sheet.name.as_str())).collect();
    let (mut list, mut relationships, mut types) = (String::new(), String::new(), String::new());
    for (number, name) in (1..).zip(&names) {
        list.push_str("<sheet name=\"");
        append_attribute(name, &mut list);
        list.push_str(&format!(r#"" sheetId="{number}" r:id="rId{number}"/>"#));
        relationships.push_str(&format!(
            r#"<Relationship Id="rId{number}" Type="{RELATIONSHIPS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
        types.push_str(&format!(r#"<Override PartName="/{}" ContentType="{CONTENT}.worksheet+xml"/>"#, sheet_path(number)));
    }
    let styles = names.len() + 1;
    relationships.push_str(&format!(r#"<Relationship Id="rId{styles}" Type="{RELATIONSHIPS}/styles" Target="styles.xml"/>"#));
    let workbook = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>{list}</sheets>{}</workbook>"#,
        defined_names(sheets)
    );
    package.part("xl/workbook.xml", &workbook)?;
    let relationships = format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{relationships}</Relationships>"#);
    package.part("xl/_rels/workbook.xml.rels", &relationships)?;
    let defaults = format!(
        r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{CONTENT}.styles+xml"/>"#
    );
    package.part("[Content_Types].xml", &format!(r#"<Types xmlns="{PACKAGE}/content-types">{defaults}{types}</Types>"#))
}

/// The ranges of filters, and the rows of titles, which are printed on every page.
fn defined_names(sheets: &[SheetFacts]) -> String {
    let mut names = String::new();
    let mut append = |place: usize, sheet: &SheetFacts, attributes: &str, range: &str| {
        names.push_str(&format!(r#"<definedName {attributes} localSheetId="{place}">"#));
        append_attribute(&format!("'{}'!{range}", sheet.name.replace('\'', "''")), &mut names);
        names.push_str("</definedName>");
    };
    for (place, sheet) in (1..).zip(sheets) {
        append(place, sheet, r#"name="_xlnm._FilterDatabase" hidden="1""#, &sheet.filter);
    }
    for (place, sheet) in (1..).zip(sheets) {
        append(place, sheet, r#"name="_xlnm.Print_Titles""#, "$1:$1");
    }
    if names.is_empty() { names } else { format!("<definedNames>{names}</definedNames>") }
}
