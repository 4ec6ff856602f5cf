//! Diagnostics: one struct for everything that is told about statements and configurations, and its two
//! renderings, text for people and JSON lines for programs.
//!
//! A diagnostic's spans are bytes of one [`Source`]. What is wrong with a statement is first said of the
//! statement; [`locate`] moves it to the file that the statement stands in, so that the caret points there.
//!
//! ```
//! use ottl::report::{Diagnostic, Source, Style, render};
//! let source = Source::new("statement", "set(boddy, 1)");
//! let diagnostic = Diagnostic::error("E204", "there is no path `boddy`")
//!     .at(4..9, "not a path of the context `log`")
//!     .help("did you mean `body`?")
//!     .fix(4..9, "body");
//! let text = render(&diagnostic, &source, Style::PLAIN);
//! assert!(text.starts_with("error[E204]: there is no path `boddy`\n"), "{text}");
//! assert!(text.contains("^^^^^ not a path of the context `log`"), "{text}");
//! ```

mod convert;
mod diagnostic;
mod json;
pub(crate) mod nearest;
mod text;

pub use convert::locate;
pub use diagnostic::{Diagnostic, Fix, Label, Severity, Source};
pub use json::render_json;
pub use nearest::nearest;
pub use text::{Style, render};
