import Core

/// What the profiles there are know of device codes and units.
struct KnownTests {
    /// What one profile says of a code.
    struct Test: Hashable {
        var profile: String
        var entry: TestEntry
    }

    private var tests: [String: [Test]] = [:]
    private var units: [String: [String: Set<String>]] = [:]
    /// Profiles that explain the recording; only they are asked about codes that are mere numbers.
    private let fitting: Set<String>

    /// - Parameter fitting: the ids of those that explain the recording.
    init(_ profiles: [Profile], fitting: Set<String>) {
        self.fitting = fitting
        for profile in profiles {
            for entry in profile.tests {
                for code in [entry.code] + entry.aliases {
                    tests[code, default: []].append(Test(profile: profile.id, entry: entry))
                }
            }
            for (device, unit) in profile.units { units[device, default: [:]][unit, default: []].insert(profile.id) }
        }
    }

    /// Whether a profile knows this code.
    func knows(_ code: String) -> Bool { !allowed(code).isEmpty }

    /// The UCUM unit of a device's unit: itself, or what all profiles that know it say; nil when none does or they differ.
    func ucum(_ device: String) -> (unit: String, from: [String])? {
        if UCUM.isKnown(device) { return (device, []) }
        guard let found = units[device], found.count == 1, let (unit, profiles) = found.first else { return nil }
        return (unit, profiles.sorted())
    }

    /// What is known of a code in a unit: name and LOINC where all profiles that have both agree on the LOINC code.
    func test(_ code: String, unit: String) -> (name: String?, loinc: String?, from: [String])? {
        let found = allowed(code).filter { $0.entry.units.keys.contains(unit) }
        guard let first = found.first else { return nil }
        let loincs = Set(found.compactMap { $0.entry.loinc(unit: unit) })
        guard loincs.count <= 1 else { return nil }
        return (first.entry.name, loincs.first, found.map(\.profile).sorted())
    }

    /// The LOINC codes that profiles give a code, where they differ.
    func differing(_ code: String, unit: String) -> [String] {
        let loincs = Set(
            allowed(code).filter { $0.entry.units.keys.contains(unit) }.compactMap { $0.entry.loinc(unit: unit) })
        return loincs.count > 1 ? loincs.sorted() : []
    }

    /// Those of profiles that fit, if there are any. `10` means another test on every device: a number says something only within a profile that fits.
    private func allowed(_ code: String) -> [Test] {
        let found = tests[code] ?? []
        let nearest = found.filter { fitting.contains($0.profile) }
        if !nearest.isEmpty { return nearest }
        return code.contains(where: \.isLetter) ? found : []
    }
}
