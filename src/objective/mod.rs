//! Distillation losses as target distributions: what differs between arms is data, so one expression serves them all.
//!
//! For each answer token, with teacher logits `z`, student logits `s` and hard label `y`:
//!
//! `L = (1 - hard) T^2 KL(softmax(z/T) || softmax(s/T)) + hard (-log softmax(s)_y)`  (Hinton et al. 2015, arXiv 1503.02531, section 2)
//!
//! Text and true answers are the case in which the target is one-hot: its KL is the cross-entropy. For top-k access the
//! tokens not shown share a tail bucket: inside it the target follows the student, which has the bucketed KL's value and gradient.

mod collected;
mod table;

pub use collected::Collected;
pub use table::{Place, Row, TargetTable, buffers, row_bytes};
