//! The reference as a process: a case in, a result out.

use ottl::conform::readable;
use serde_json::Value;
use std::io::{BufRead, BufReader, Error, Result, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long the reference may take for a case. Some statements never end there.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A running reference.
pub(crate) struct Reference {
    program: String,
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
}

impl Reference {
    /// Starts the program.
    pub(crate) fn start(program: &str) -> Result<Reference> {
        let mut child = Command::new(program)
            .arg("run")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let missing = || Error::other("a process without pipes");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.split(b'\n').map_while(Result::ok) {
                let line = readable(&line);
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let program = program.to_owned();
        Ok(Reference {
            program,
            child,
            input,
            answers,
        })
    }

    /// Hands over a case; its answer is to be taken before the next case.
    pub(crate) fn ask(&mut self, case: &Value) -> Result<()> {
        self.input.write_all(format!("{case}\n").as_bytes())?;
        self.input.flush()
    }

    /// What the reference gives for the case, or nothing if it crashes or takes too long: then it is started
    /// again.
    pub(crate) fn answer(&mut self) -> Result<Option<Value>> {
        match self.answers.recv_timeout(ANSWER_MAX) {
            Ok(line) => Ok(Some(serde_json::from_str(&line)?)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                *self = Reference::start(&self.program)?;
                Ok(None)
            }
        }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
