// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is checked alike: Swift 6 language mode, warnings stop the build.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
]
let http1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let ssl: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let tlsEvents: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let fuzzTargets = ["LIS01", "LIS02", "MLLP", "ER7", "BLOCKS"]

let package = Package(
    name: "labrador",
    products: [
        .executable(name: "labrador", targets: ["labrador"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        // Level 1: pure. Bytes and values in, values out.
        .target(name: "ASTM", swiftSettings: strict),
        .target(name: "HL7", swiftSettings: strict),
        .target(name: "Blocks", swiftSettings: strict),
        .target(name: "Core", dependencies: [logging, crypto], swiftSettings: strict),

        // Level 2: meaning as data, and the C and C++ libraries behind plain headers.
        .target(name: "Profiles", dependencies: ["Core", "ASTM", "HL7", "Blocks", yams], swiftSettings: strict),
        .target(
            name: "CDCMTK",
            cxxSettings: [.define("HAVE_CONFIG_H"), .unsafeFlags(["-Wall", "-Wno-deprecated-declarations"])],
            linkerSettings: ["dcmnet", "dcmdata", "oflog", "ofstd", "ssl", "crypto"].map { .linkedLibrary($0) }),
        .systemLibrary(
            name: "CSerialPort", pkgConfig: "libserialport", providers: [.apt(["libserialport-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // Level 3: edges. Sockets, files, databases, modalities, pages.
        .target(
            name: "Links",
            dependencies: ["Core", "Profiles", "ASTM", "HL7", "Blocks", "CSerialPort", logging, ssl, tlsEvents] + nio,
            swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["Core", logging, grdb],
            swiftSettings: strict),
        .target(name: "DICOM", dependencies: ["Core", "CDCMTK", logging], swiftSettings: strict),
        .target(
            name: "Upstream", dependencies: ["Core", httpClient, logging, http1, ssl] + nio, swiftSettings: strict),
        .target(
            name: "Console",
            dependencies: [
                "Core", hummingbird, hummingbirdCore, httpTypes, lifecycle, logging, http1,
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: ["console.css", "console.js", "icon.svg"].map { .embedInCode("Assets/" + $0) },
            swiftSettings: strict),

        // Level 4: the one place that wires things together.
        .executableTarget(
            name: "labrador",
            dependencies: [
                "ASTM", "HL7", "Blocks", "Core", "Profiles", "Links", "Store", "DICOM", "Upstream", "Console",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                lifecycle, signals, hummingbird, httpClient, httpTypes, logging, http1,
            ] + nio,
            swiftSettings: strict),

        // Test support and tests, one target a room.
        .target(
            name: "TestKit", dependencies: ["Core", "Profiles", "ASTM", "HL7"], path: "Tests/TestKit",
            swiftSettings: strict),
        .executableTarget(
            name: "ProfileBenchmark", dependencies: ["Core", "Profiles", "ASTM", "HL7"], path: "Tests/Benchmarks/apply",
            swiftSettings: strict),
        .testTarget(name: "ASTMTests", dependencies: ["ASTM"], swiftSettings: strict),
        .testTarget(name: "HL7Tests", dependencies: ["HL7"], swiftSettings: strict),
        .testTarget(name: "BlocksTests", dependencies: ["Blocks"], swiftSettings: strict),
        // What the fuzzer runs (Tests/Fuzz/run.sh), on its seeds and on what once broke something.
        .testTarget(
            name: "FuzzTests", dependencies: ["ASTM", "HL7", "Blocks"], path: "Tests/Fuzz",
            exclude: ["run.sh", "Entry.swift"] + fuzzTargets.flatMap { ["\($0)/seeds", "\($0)/crashes"] },
            swiftSettings: strict),
        .testTarget(name: "CoreTests", dependencies: ["Core"], swiftSettings: strict),
        .testTarget(
            name: "ProfilesTests", dependencies: ["Profiles", "TestKit", "Core", "ASTM", "HL7", "Blocks"],
            swiftSettings: strict),
        .testTarget(
            name: "LinksTests",
            dependencies: [
                "Links", "Profiles", "Core", "ASTM", "HL7", "Blocks", logging, ssl, tlsEvents,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio, swiftSettings: strict),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Core", logging, grdb], swiftSettings: strict),
        .testTarget(name: "DICOMTests", dependencies: ["DICOM", "Core", logging], swiftSettings: strict),
        .testTarget(
            name: "UpstreamTests", dependencies: ["Upstream", "Core", httpClient, logging, http1, ssl] + nio,
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "Core", httpClient, hummingbird, httpTypes, http1, lifecycle, logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: strict),
        // The built program under test, driven from outside over its real protocols.
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["labrador", "Core", "ASTM", "HL7", "Links", "Profiles", logging, grdb] + nio,
            exclude: ["Peers"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
