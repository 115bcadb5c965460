import ASTM
import Core
import Foundation
import HL7
import Profiles

/// One message as a link stores it, with the profile that explains it; a class, as nothing of it is to be copied while the
/// clock runs.
final class Sample {
    let profile: Profile
    let bytes: [UInt8]

    init(profile: Profile, bytes: [UInt8]) {
        self.profile = profile
        self.bytes = bytes
    }
}

/// Recordings with the profiles that explain them.
struct Recordings {
    private(set) var samples: [Sample] = []
    private var ids: Set<String> = []
    /// Profiles that have recordings.
    var profiles: Int { ids.count }

    /// The test cases of a library: every file below a profile's folder that holds messages of its protocol.
    init(casesOf library: ProfileLibrary) throws {
        for (entry, read) in library.readAll() {
            guard case .success(let profile) = read, let own = profile.files.first else {
                print("\(entry.id) is left out: it has mistakes")
                continue
            }
            let home = URL(fileURLWithPath: own.path).deletingLastPathComponent()
            for file in try Self.files(in: home) { add([UInt8](try Data(contentsOf: file)), profile) }
        }
    }

    /// Every recording in a folder, by the profile of the library that fits it best.
    init(in folder: String, by library: ProfileLibrary) throws {
        for file in try Self.files(in: URL(fileURLWithPath: folder)) {
            let bytes = [UInt8](try Data(contentsOf: file))
            guard let best = library.identify(bytes, facility: Facility()).fits.first,
                let profile = try? library.profile(id: best.id)
            else { continue }
            add(bytes, profile)
        }
    }

    private static func files(in folder: URL) throws -> [URL] {
        try (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []).sorted()
            .map { folder.appendingPathComponent($0) }
            .filter { url in
                try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
                    && !["yaml", "json", "md"].contains(url.pathExtension)
            }
    }

    private mutating func add(_ bytes: [UInt8], _ profile: Profile) {
        // Blocks are parsed by their profile alone: nothing to compare with.
        guard profile.wire != .blocks else { return }
        let messages =
            profile.wire == .astm
            ? LinkTranscript.messages(in: bytes, checksum: .lenient).messages.map(\.text)
            : HL7Blocks.messages(in: bytes.filter { $0 != 0x0B && $0 != 0x1C })
        for message in messages {
            guard
                case .reports(let reports) = profile.interpret(
                    wire: profile.wire, bytes: message, facility: Facility()),
                reports.contains(where: { !$0.observations.isEmpty })
            else { continue }
            let sample = Sample(profile: profile, bytes: message)
            // One that only a recording's reader understands is no message of a link.
            guard let found = try? Parse.found(sample), found > 0, (try? Parse.parts(sample)) ?? 0 > 0 else { continue }
            samples.append(sample)
            ids.insert(profile.id)
        }
    }
}
