// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: new-language defaults, no unmarked unsafe code, no warnings.
let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "wilson",
    products: [.executable(name: "wilson", targets: ["wilson"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: C libraries

        .systemLibrary(
            name: "MPILibrary", pkgConfig: "mpi-c",
            providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
        .target(name: "CMPI", dependencies: ["MPILibrary"]),
        // Before glibc 2.34 shared memory is in a library of its own.
        .target(
            name: "CHostMemory",
            linkerSettings: [.linkedLibrary("rt", .when(platforms: [.linux]))]),
        .systemLibrary(
            name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .target(name: "CBitProducts"),
        .target(name: "CWeightRows"),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // MARK: Libraries

        .target(name: "RandomStreams", swiftSettings: swiftSettings),
        .target(
            name: "Storage",
            dependencies: [
                "CPNG", "CZlib", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Analysis",
            dependencies: ["COpenBLAS", .product(name: "RealModule", package: "swift-numerics")],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        .target(name: "StepCosts", swiftSettings: swiftSettings),
        .target(
            name: "RBMCore",
            dependencies: ["CBitProducts", "COneDNN", "CWeightRows", "RandomStreams"],
            swiftSettings: swiftSettings,
            // The baseline CPU rounds and takes roots by a call; later ones have instructions.
            linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "ModelFiles", dependencies: ["RBMCore", "Storage"], swiftSettings: swiftSettings),
        // Swift has a module `Distributed` of its own; shadowing it breaks distributed actors.
        .target(
            name: "Ranks", dependencies: ["CHostMemory", "CMPI", "Storage"],
            path: "Sources/Distributed/Ranks", swiftSettings: swiftSettings),
        .target(
            name: "DistributedTraining",
            dependencies: [
                "Analysis", "ModelFiles", "Ranks", "RBMCore", "RandomStreams", "StepCosts",
                "Storage",
            ],
            path: "Sources/Distributed/Training", swiftSettings: swiftSettings),
        .target(
            name: "Ising",
            dependencies: [
                "Analysis", "RandomStreams",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        .target(
            name: "Renormalization",
            dependencies: [
                "Analysis", "Ising", "RandomStreams", "RBMCore",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        .target(
            name: "FlowMaps",
            dependencies: [
                "Analysis", "RandomStreams",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        .target(
            name: "Configuration",
            dependencies: ["RBMCore", .product(name: "Yams", package: "Yams")],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        .target(
            name: "Datasets",
            dependencies: [
                "Configuration", "DistributedTraining", "Ising", "ModelFiles", "RandomStreams",
                "Ranks", "RBMCore", "Storage",
            ],
            swiftSettings: swiftSettings),
        .target(name: "Reports", dependencies: ["Storage"], swiftSettings: swiftSettings),
        .target(
            name: "EventFiles",
            dependencies: ["Storage", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["event.proto"], swiftSettings: swiftSettings),
        .target(
            name: "Runs",
            dependencies: [
                "Analysis", "Configuration", "Datasets", "DistributedTraining", "EventFiles",
                "Ising", "ModelFiles", "RandomStreams", "Ranks", "RBMCore", "Reports", "Storage",
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Instruments",
            dependencies: [
                "Analysis", "Configuration", "Datasets", "DistributedTraining", "FlowMaps",
                "Ising", "ModelFiles", "RandomStreams", "Ranks", "RBMCore", "Renormalization",
                "Reports", "Runs", "Storage",
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "StepBenchmark",
            dependencies: [
                "COpenBLAS", "DistributedTraining", "RandomStreams", "Ranks", "RBMCore", "Reports",
            ],
            swiftSettings: swiftSettings),

        .target(
            name: "Scaling", dependencies: ["Reports", "StepCosts", "Storage"],
            swiftSettings: swiftSettings),

        // MARK: Command

        .executableTarget(
            name: "wilson",
            dependencies: [
                "Configuration", "Datasets", "DistributedTraining", "FlowMaps", "Instruments",
                "Ising", "Ranks", "RBMCore", "Renormalization", "Reports", "Runs",
                "Scaling", "StepBenchmark",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        // MARK: Tests

        .target(
            name: "TestSupport", dependencies: ["RandomStreams", "RBMCore"],
            path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .testTarget(
            name: "RandomStreamsTests", dependencies: ["RandomStreams", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "StorageTests", dependencies: ["CPNG", "Storage", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "AnalysisTests",
            dependencies: [
                "Analysis", "RandomStreams", "TestSupport",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            swiftSettings: swiftSettings),
        // Started by RBMCoreTests with other instruction sets and threads.
        .executableTarget(
            name: "arithmetic-probe", dependencies: ["RandomStreams", "RBMCore", "TestSupport"],
            path: "Tests/ArithmeticProbe", swiftSettings: swiftSettings),
        .testTarget(
            name: "RBMCoreTests",
            dependencies: [
                "Analysis", "arithmetic-probe", "RandomStreams", "RBMCore", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ModelFilesTests",
            dependencies: ["ModelFiles", "RBMCore", "Storage", "TestSupport"],
            swiftSettings: swiftSettings),
        // What every rank runs; DistributedTests starts it under mpirun.
        .executableTarget(
            name: "rank-checks",
            dependencies: [
                "DistributedTraining", "ModelFiles", "RandomStreams", "Ranks", "RBMCore",
            ],
            path: "Tests/RankChecks", swiftSettings: swiftSettings),
        .testTarget(
            name: "DistributedTests",
            dependencies: [
                "DistributedTraining", "ModelFiles", "rank-checks", "RBMCore", "Storage",
                "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "IsingTests",
            dependencies: ["Analysis", "Ising", "RandomStreams", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RenormalizationTests",
            dependencies: [
                "Analysis", "Ising", "RandomStreams", "RBMCore", "Renormalization", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "FlowMapsTests",
            dependencies: ["Analysis", "FlowMaps", "RandomStreams", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["Configuration", "RBMCore", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "DatasetsTests",
            dependencies: [
                "Configuration", "Datasets", "RBMCore", "Storage", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "EventFilesTests",
            dependencies: [
                "EventFiles", "Storage", "TestSupport",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RunsTests",
            dependencies: [
                "Analysis", "Configuration", "Datasets", "DistributedTraining", "Ising",
                "ModelFiles", "RandomStreams", "RBMCore", "Reports", "Runs", "Storage",
                "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "InstrumentsTests",
            dependencies: [
                "Configuration", "DistributedTraining", "Instruments", "Ising", "ModelFiles",
                "RBMCore", "Renormalization", "Storage", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "StepBenchmarkTests",
            dependencies: ["RBMCore", "Reports", "StepBenchmark", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ScalingTests",
            dependencies: ["Scaling", "StepCosts", "Reports", "Storage", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "ModelFiles", "Ranks", "RBMCore", "Storage", "TestSupport", "wilson",
            ],
            exclude: ["Golden"], swiftSettings: swiftSettings),
    ]
)

// A README is for readers, and no source.
let described: Set = [
    "CBitProducts", "CHostMemory", "CMPI", "CWeightRows", "Datasets", "DistributedTraining",
    "EventFiles", "Instruments", "ModelFiles", "RBMCore", "RandomStreams", "Ranks", "Reports",
    "Runs", "Scaling", "StepBenchmark", "StepCosts", "Storage", "wilson",
]
for target in package.targets where described.contains(target.name) {
    target.exclude.append("README.md")
}
