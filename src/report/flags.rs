//! The flags of a flow as a value.

use super::value::{List, Value};
use crate::service::FlowFlags;

impl List for FlowFlags {
    fn each(&self, see: &mut dyn FnMut(Value<'_>)) {
        self.codes().for_each(|code| see(Value::Text(code)));
    }
}
