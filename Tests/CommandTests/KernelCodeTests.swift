import Foundation
import TestSupport
import Testing

#if arch(x86_64)
    /// What the compiler has made of the kernels' instructions.
    ///
    /// The sums are right whatever it makes; these tests see what only costs time.
    @Suite(
        .launches,
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/objdump"),
            "needs objdump, of binutils"))
    struct KernelCodeTests {
        /// The instructions of a function of the program, in AT&T's syntax.
        private func instructions(of function: String) throws -> [Substring] {
            let run = try Program.start([
                "objdump", "--disassemble=\(function)", "--no-show-raw-insn",
                Program.path("wilson"),
            ])
            let lines = run.output.split(separator: "\n").filter { $0.contains(":\t") }
            try #require(lines.count > 1000, "\(function): \(run.words.prefix(300))")
            return lines
        }

        /// clang 21 takes the intrinsic of vpdpwssd apart into vpmaddwd and vpaddd, twice the work.
        @Test func vpdpwssdStaysOneInstruction() throws {
            let code = try instructions(of: "bit_products_wide_accumulating")
            #expect(code.count { $0.contains("vpdpwssd") && $0.contains("%zmm") } > 1000)
            #expect(!code.contains { $0.contains("vpmaddwd") })
        }

        /// An entry of a table is loaded by the addition itself, 64 bytes at a time.
        @Test func entriesAreAddedFromMemory() throws {
            let code = try instructions(of: "bit_products_wide_adding")
            let additions = code.filter { $0.contains("vpaddw") && $0.contains("%zmm") }
            #expect(additions.count { $0.contains("(%r") } > 1000)
        }
    }
#endif
