//! What to dispatch in which order, before there is a device to do it.

use super::call::Call;
use super::sources::Kernel;

/// Dispatches to come, with the constants of each.
#[derive(Debug)]
pub struct Program {
    groups: u32,
    /// Kernel, constants, workgroups.
    pub calls: Vec<(Kernel, Call, [usize; 3])>,
}

impl Program {
    /// For kernels with tiles of `groups` times four rows.
    pub fn new(groups: u32) -> Self {
        Self {
            groups,
            calls: Vec::new(),
        }
    }

    /// Adds a dispatch; `groups` as in `dispatch_workgroups`.
    pub fn push(&mut self, kernel: Kernel, call: Call, groups: [usize; 3]) {
        self.calls.push((kernel, call, groups));
    }

    /// Whether a device that allows `most` workgroups a dimension can run it.
    pub fn check(&self, most: u32) -> Result<(), String> {
        let too_many = |groups: &[usize; 3]| groups.iter().any(|&count| count > most as usize);
        match self.calls.iter().find(|(_, _, groups)| too_many(groups)) {
            None => Ok(()),
            Some((kernel, _, groups)) => Err(format!(
                "{kernel:?} would need {groups:?} workgroups; this device allows {most} a dimension"
            )),
        }
    }

    /// A dispatch of a kernel that computes tiles: as many tiles as `call` says, for every member.
    pub fn push_tiles(&mut self, kernel: Kernel, call: Call) {
        let groups = [
            (call.slots as usize).div_ceil(8),
            call.rows.div_ceil(4 * self.groups).div_ceil(8) as usize,
            call.population as usize,
        ];
        self.push(kernel, call, groups);
    }
}
