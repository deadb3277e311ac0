//! Copying memory in the static build.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=csrc/mem.c");
    // Written for little-endian machines that take unaligned words in their stride.
    let is = |key: &str, value: &str| var(key).is_ok_and(|is| is == value);
    if is("CARGO_CFG_TARGET_ENV", "musl") && is("CARGO_CFG_TARGET_ARCH", "x86_64") {
        // Or else the compiler would see copying in the loops, and call what they are part of.
        let flags = ["-ffreestanding", "-fno-tree-loop-distribute-patterns"];
        cc::Build::new().file("csrc/mem.c").opt_level(3).flags(flags).compile("mem");
    }
}
