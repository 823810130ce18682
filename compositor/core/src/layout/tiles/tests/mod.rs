//! The layouts from outside: what people expect of each, drawn; and random histories.

mod bench;
mod columns;
mod drop;
mod histories;
mod promises;
mod simple;
mod tree;

pub(super) use histories::cases;
