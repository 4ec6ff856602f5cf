//! A chain: one thread's memory for running a request, or a part of one, through programs, one after the other.

use super::{Failed, Refused};
use ottl_vm::exec::{Outcome, Validation, Worker};
use ottl_vm::program::Program;
use std::borrow::Borrow;

#[derive(Default)]
pub(super) struct Chain {
    workers: Vec<Worker>,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// What a program did of a part.
#[derive(Default)]
pub(super) struct Log {
    pub(super) failed: Failed,
    /// How many records each of its passes went over.
    pub(super) visited: Vec<u64>,
}

impl Chain {
    /// Runs a whole request and appends what comes of it to `out`. Whether something does.
    pub(super) fn run(
        &mut self,
        programs: &[impl Borrow<Program>],
        validation: Validation,
        request: &[u8],
        out: &mut Vec<u8>,
        failed: &mut Vec<Failed>,
    ) -> Result<bool, Refused> {
        self.pass_through(
            programs,
            validation,
            request,
            out,
            |number, worker, run| match worker.run(run.program, run.validation, run.input, run.out)
            {
                Ok(outcome) => {
                    if outcome.failure_count > 0 {
                        failed.push(Failed {
                            program: number,
                            count: outcome.failure_count,
                            failures: outcome.failures.to_vec(),
                        });
                    }
                    Ok(!outcome.dropped_all)
                }
                Err(error) => Err(Refused {
                    program: number,
                    error,
                }),
            },
        )
    }

    /// Runs a part, and tells what each program did; `None` if the request must be run as a whole.
    pub(super) fn run_part(
        &mut self,
        programs: &[impl Borrow<Program>],
        validation: Validation,
        part: &[u8],
        out: &mut Vec<u8>,
        logs: &mut Vec<Log>,
    ) -> Option<bool> {
        let passed: Result<_, ()> =
            self.pass_through(programs, validation, part, out, |number, worker, run| {
                let ran = worker.run_part(run.program, run.validation, run.input, run.out);
                let Outcome {
                    dropped_all,
                    failure_count,
                    failures,
                    visited,
                } = ran.ok_or(())?;
                logs.push(Log {
                    failed: Failed {
                        program: number,
                        count: failure_count,
                        failures: failures.to_vec(),
                    },
                    visited: visited.to_vec(),
                });
                Ok(!dropped_all)
            });
        passed.ok()
    }

    /// Calls `step` for one program after the other, each with what the one before it wrote, as long as something is
    /// left. Whether something is.
    fn pass_through<P: Borrow<Program>, E>(
        &mut self,
        programs: &[P],
        validation: Validation,
        request: &[u8],
        out: &mut Vec<u8>,
        mut step: impl FnMut(usize, &mut Worker, Step<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let count = programs.len().max(self.workers.len());
        self.workers.resize_with(count, Worker::new);
        for (number, (program, worker)) in programs.iter().zip(&mut self.workers).enumerate() {
            let (input, validation) = match number {
                0 => (request, validation),
                _ => {
                    std::mem::swap(&mut self.input, &mut self.output);
                    // What a program writes is valid where its input was.
                    (&self.input[..], Validation::Touched)
                }
            };
            self.output.clear();
            let is_last = number + 1 == programs.len();
            let step_into = Step {
                program: program.borrow(),
                validation,
                input,
                out: if is_last { &mut *out } else { &mut self.output },
            };
            if !step(number, worker, step_into)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What a program is to run over, and where to.
struct Step<'s> {
    program: &'s Program,
    validation: Validation,
    input: &'s [u8],
    out: &'s mut Vec<u8>,
}
