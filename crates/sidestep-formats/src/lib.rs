//! Log dialects in, findings out.
