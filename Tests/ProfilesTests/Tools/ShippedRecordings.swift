import Core
import TestKit

@testable import Profiles

/// Recordings of the shipped test cases.
enum ShippedRecordings {
    /// All profiles, read once.
    static let profiles: [Profile] = ShippedProfiles.library.readAll().compactMap { try? $0.profile.get() }

    /// What they know of tests, gathered once.
    static let known = KnownTests(profiles, fitting: [])

    /// Those of ASTM profiles that hold results.
    static func astm() throws -> [(profile: Profile, bytes: [UInt8])] {
        try ShippedProfiles.recordings().filter { $0.profile.wire == .astm && $0.test.holdsResults }
            .map { ($0.profile, $0.bytes) }
    }
}
