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

/// The recordings beside each `profile.yaml` in some folders: every file below it that holds messages of its protocol.
struct Recordings {
    private(set) var samples: [Sample] = []
    /// Profiles that have recordings.
    private(set) var profiles = 0

    init(folders: [String]) throws {
        for folder in folders {
            let paths = (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).sorted()
            for path in paths where path == "profile.yaml" || path.hasSuffix("/profile.yaml") {
                let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
                try add(file, URL(fileURLWithPath: folder))
            }
        }
    }

    private mutating func add(_ file: URL, _ folder: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        let home = file.deletingLastPathComponent()
        let profile: Profile
        do {
            profile = try ProfileLibrary.read(text: text, id: home.lastPathComponent, file: file.path)
        } catch {
            print("\(file.path) is left out: \(error)")
            return
        }
        let known = samples.count
        for case let path as String in FileManager.default.enumerator(atPath: home.path) ?? .init() {
            let url = home.appendingPathComponent(path)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true,
                !["yaml", "json", "md"].contains(url.pathExtension)
            else { continue }
            add([UInt8](try Data(contentsOf: url)), profile)
        }
        if samples.count > known { profiles += 1 }
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
        }
    }
}
