//! Floor 1: what should happen. Pure functions of the model.
