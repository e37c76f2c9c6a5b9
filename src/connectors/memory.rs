//! An account of records in memory.
