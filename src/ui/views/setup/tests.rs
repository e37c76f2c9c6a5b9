//! Tests of the assistant's model.
