//! Turns `src/ottl.lalrpop` into the parser that `src/parse.rs` includes.

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .process()
        .expect("src/ottl.lalrpop is a grammar without conflicts");
}
