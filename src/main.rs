//! The `holdfast` command.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match holdfast::cli::run(holdfast::cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // The only place where an error is printed for a person: the story first, then its causes.
            #[expect(clippy::print_stderr, reason = "a command line tool answers here")]
            {
                eprintln!("holdfast: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
