//! Runs one request through the processors that are for its signal.

use crate::program::Stage;
use ottl_vm::exec::{Failure, RunError, Validation, Worker};
use ottl_vm::wire::validate::validate;
use ottl_vm::wire::{Signal, WireError};

/// Runs requests; keeps its buffers and, for each processor, a worker.
#[derive(Default)]
pub(crate) struct Runner {
    workers: Vec<Worker>,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// What became of a request.
pub(crate) enum Passed<'r> {
    /// It goes on.
    On(&'r [u8]),
    /// A filter dropped all of it.
    Dropped,
    /// A statement failed under `propagate`.
    Refused,
}

/// Something that failed.
pub(crate) struct Failed<'f> {
    /// The number of the processor.
    pub(crate) stage: usize,
    /// The first failures, with their statements.
    pub(crate) failures: &'f [Failure],
    /// How many there were in all.
    pub(crate) count: u64,
    /// Whether they refused the request.
    pub(crate) is_fatal: bool,
}

impl Runner {
    /// Runs a request, which is protobuf, through `stages`; `on_failure` is told what failed.
    ///
    /// # Errors
    /// The request is malformed, as far as `validation` looks.
    pub(crate) fn run(
        &mut self,
        stages: &[Stage],
        signal: Signal,
        validation: Validation,
        request: &[u8],
        mut on_failure: impl FnMut(Failed<'_>),
    ) -> Result<Passed<'_>, WireError> {
        self.workers
            .resize_with(self.workers.len().max(stages.len()), Worker::new);
        self.output.clear();
        if stages.is_empty() {
            if validation == Validation::Full {
                validate(signal, request, &mut ())?;
            }
            self.output.extend_from_slice(request);
        }
        for (number, (stage, worker)) in stages.iter().zip(&mut self.workers).enumerate() {
            let (input, validation) = match number {
                0 => (request, validation),
                _ => {
                    std::mem::swap(&mut self.input, &mut self.output);
                    self.output.clear();
                    // What a processor writes is valid where its input was.
                    (&self.input[..], Validation::Touched)
                }
            };
            match worker.run(&stage.program, validation, input, &mut self.output) {
                Ok(outcome) => {
                    if outcome.failure_count > 0 {
                        let (failures, count) = (outcome.failures, outcome.failure_count);
                        on_failure(Failed {
                            stage: number,
                            failures,
                            count,
                            is_fatal: false,
                        });
                    }
                    if outcome.dropped_all {
                        return Ok(Passed::Dropped);
                    }
                }
                Err(RunError::Wire(error)) => return Err(error),
                Err(RunError::Statement(failure)) => {
                    on_failure(Failed {
                        stage: number,
                        failures: &[failure],
                        count: 1,
                        is_fatal: true,
                    });
                    return Ok(Passed::Refused);
                }
            }
        }
        Ok(Passed::On(&self.output))
    }
}
