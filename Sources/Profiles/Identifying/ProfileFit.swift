import Core

/// How well a profile explains a recording.
public struct ProfileFit: Hashable, Sendable {
    /// What the profile's `identify` says of the recording.
    public enum Mark: String, Hashable, Sendable {
        /// Its conditions hold for a message.
        case fits
        /// They hold for none.
        case differs
        /// The profile names none.
        case unnamed
    }

    /// The profile's id.
    public var id: String
    /// Its name.
    public var name: String
    /// Whether it hands on codes that it does not know.
    public var passesThrough: Bool
    /// Why it cannot read the recording; nil when it can.
    public var unreadable: String?
    /// What its `identify` says.
    public var mark = Mark.unnamed
    /// Messages.
    public var messages = 0
    /// Messages that ask for orders and are understood as that.
    public var queries = 0
    /// Result lines, without those it leaves out or attaches.
    public var lines = 0
    /// Of these: tests it knows, in units it knows.
    public var known = 0
    /// Of these: tests it knows, in a unit it does not expect.
    public var otherUnits = 0
    /// Of these: test codes it does not know.
    public var unknown = 0
    /// Of these: lines in which it finds no test or no value that can be read.
    public var unplaced = 0
    /// Lines it leaves out or attaches by its own rules.
    public var asides = 0
    /// Specimens with results.
    public var specimens = 0
    /// Of these: the ones whose id it finds and takes.
    public var specimensFound = 0
    /// The `link: { checksum: … }` that the profile would need for it; nil when it reads the frames as it is.
    public var checksum: String?

    /// Whether it is one of the library's profiles for any device of a protocol; named before those of one model that know
    /// no more.
    var isGeneric: Bool { id.hasPrefix("generic-") }

    init(_ profile: Profile) {
        id = profile.id
        name = profile.name
        passesThrough = profile.passesThrough
    }

    /// Whether it hands on every code of the recording and knows none of them.
    var handsOnAll: Bool { passesThrough && known == 0 && otherUnits == 0 }

    /// How good the fit is: 0 for a recording it cannot read, up to 1000.
    ///
    /// Tests that are known count most, then what the profile says of its own messages, then the specimen.
    public var points: Int {
        guard unreadable == nil else { return 0 }
        var points = 0
        if lines > 0 {
            let explained = 10 * known + 3 * otherUnits + (passesThrough ? unknown : 0)
            points += 60 * explained / lines
        } else if queries > 0 {
            points += isGeneric ? 50 : 200
        }
        if specimens > 0 { points += 100 * specimensFound / specimens }
        switch mark {
        case .fits: points += 300
        case .differs: points -= 150
        case .unnamed: break
        }
        if checksum != nil { points -= 50 }
        return max(points, 1)
    }
}

extension ProfileFit {
    /// Why it stands where it stands, in a sentence.
    public var sentence: String {
        if let unreadable { return unreadable }
        var parts: [String] = []
        switch mark {
        case .fits: parts.append("the message names this model")
        case .differs: parts.append("the message does not name this model as the profile expects")
        case .unnamed: break
        }
        parts += lines > 0 ? tests : [queries > 0 ? "it understands the query" : "there are no results to compare"]
        if asides > 0 { parts.append("it sets \(asides) \(asides == 1 ? "line" : "lines") aside by its own rules") }
        if specimens > 0, specimensFound < specimens {
            parts.append(
                specimensFound == 0
                    ? "it finds no specimen id it can take"
                    : "it finds the specimen id of \(specimensFound) of \(specimens) specimens")
        }
        if let checksum { parts.append("it refuses the checksums and would need `link: { checksum: \(checksum) }`") }
        return Profiles.sentence(parts.joined(separator: "; "))
    }

    private var tests: [String] {
        if handsOnAll { return ["it hands on every code as it comes and knows no test"] }
        var parts: [String] = []
        if known == lines {
            parts.append(
                lines == 1
                    ? "it knows the test and its unit" : "it knows the tests of all \(lines) results and their units")
        } else {
            parts.append("it knows the tests of \(known + otherUnits) of \(lines) results")
        }
        if otherUnits > 0 {
            parts.append("\(otherUnits) \(otherUnits == 1 ? "comes" : "come") in a unit it does not expect")
        }
        if unplaced > 0 { parts.append("\(unplaced) \(unplaced == 1 ? "line has" : "lines have") no place for it") }
        return parts
    }
}
