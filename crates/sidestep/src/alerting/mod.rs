//! From movements to alerts: the desk that decides, its budget, what it holds back, and how an alert
//! reads.

mod budget;
mod by_detections;
mod describe;
pub(crate) mod desk;
pub(crate) mod held_back;
mod techniques;
#[cfg(test)]
mod tests;
