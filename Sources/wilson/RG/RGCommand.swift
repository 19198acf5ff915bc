import ArgumentParser

struct RGCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rg",
        abstract: "Measures with the tools of the renormalization group.",
        subcommands: [
            RGKadanoffCommand.self,
            RGDecimationCommand.self,
            RGTensorCommand.self,
            RGCouplingsCommand.self,
            RGFlowCommand.self,
            RGMonteCarloCommand.self,
            RGTraceCommand.self,
            RGBondRBMCommand.self,
            RGLogPeriodicCommand.self,
            RGSpecificHeatCommand.self,
        ])
}
