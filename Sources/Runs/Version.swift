/// Wilson's version, by semantic versioning.
public let wilsonVersion = "0.1.0"
