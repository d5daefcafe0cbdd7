//! Single dispatches of a step, to measure them.

use super::{GpuPlan, Kernels, Sequence};

impl GpuPlan {
    /// Dispatches of the teacher come first.
    fn find(&self, index: usize) -> (&Sequence, &Kernels, usize) {
        match &self.teacher {
            Some((teacher, kernels)) if index < teacher.sequence.len() => (&teacher.sequence, kernels, index),
            Some((teacher, _)) => (&self.sequence, &self.kernels, index - teacher.sequence.len()),
            None => (&self.sequence, &self.kernels, index),
        }
    }

    /// Which kernel a dispatch of a step runs, and whether for the teacher.
    pub fn kernel_name(&self, index: usize) -> String {
        let (sequence, _, own) = self.find(index);
        let whose = if own == index && self.teacher.is_some() {
            "teacher's "
        } else {
            ""
        };
        format!("{whose}{:?}", sequence.kernel(own))
    }

    /// Submits one dispatch `times` times, on whatever the last step left.
    pub fn only(&self, index: usize, times: usize) {
        let (sequence, kernels, own) = self.find(index);
        let mut encoder = self.gpu.encoder();
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..times {
                sequence.record_range(&mut pass, kernels, own, 1);
            }
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Until all that was submitted is done.
    pub async fn wait(&self) -> Result<(), String> {
        self.read(&self.losses, 0, 16).await.map(drop)
    }
}
