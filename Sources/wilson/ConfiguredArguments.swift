public import ArgumentParser
public import Experiments
public import Renormalization

// Words of the configuration and of the theory that are options of commands too.

extension ConfiguredValues: ExpressibleByArgument {}
extension ConfiguredBinarization: ExpressibleByArgument {}
extension MarginalHamiltonian.Side: ExpressibleByArgument {}
