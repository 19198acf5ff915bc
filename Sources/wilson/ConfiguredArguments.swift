public import ArgumentParser
public import Experiments

// Words of the configuration that are options of commands too.

extension ConfiguredValues: ExpressibleByArgument {}
extension ConfiguredBinarization: ExpressibleByArgument {}
