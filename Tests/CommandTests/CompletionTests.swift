import Foundation
import TestSupport
import Testing

/// The completion scripts that the documentation installs.
@Suite(.launches, .timeLimit(.minutes(15))) struct CompletionTests {
    private func script(_ shell: String) throws -> String {
        let run = try Command.run(["--generate-completion-script", shell])
        #expect(run.status == 0, "\(run.words)")
        return run.output
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func everyShellHasItsScript(shell: String) throws {
        let script = try script(shell)
        let help = try Command.run(["--help"]).output
        // Each list of commands ends at an empty line.
        let lines = help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().flatMap {
            ($0.components(separatedBy: "\n\n").first ?? "").split(separator: "\n")
        }
        let commands = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .map { $0.split(separator: " ")[0] }
        #expect(commands.contains("train") && commands.contains("transform"))
        for command in commands { #expect(script.contains(command), "\(command)") }
    }

    /// What bash offers after some words, the last of which is being typed.
    private func completions(of words: [String], in folder: TemporaryFolder) throws -> [String] {
        _ = try folder.write(try script("bash"), to: "wilson.bash")
        let driver = """
            set -- "$@"; cd "$1"; shift; source ./wilson.bash
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            _wilson wilson "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let run = try Program.start(
            ["bash", "--norc", "-c", driver, "-", folder.path] + words, seconds: 30)
        #expect(run.status == 0, "\(run.words)")
        return run.output.split(separator: "\n").map(String.init)
    }

    @Test func bashCompletesCommandsOptionsValuesAndFiles() throws {
        let folder = try TemporaryFolder()
        for name in ["digits.npy", "digits.txt"] { _ = try folder.write("", to: name) }
        func offered(_ words: String...) throws -> [String] {
            try completions(of: ["wilson"] + words, in: folder).sorted()
        }
        #expect(try offered("tra") == ["train", "transform"])
        #expect(try offered("transform", "--sam").contains("--samples"))
        #expect(try offered("sample", "--start", "") == ["data", "noise"])
        #expect(try offered("sample", "--clamp", "dig") == ["digits.npy"])
    }
}
