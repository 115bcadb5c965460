import DICOM
import Profiles

/// Who is let in: titles, addresses and numbers.
extension DICOMReader {
    private enum Titles: String, CaseIterable {
        case exact
        case ignoreCase = "ignore-case"
    }

    /// `ae_titles: exact` or `ignore-case`: whether capitals are ignored.
    func ignoresCase(_ value: YAMLValue) -> Bool { value.choice(of: Titles.self) == .ignoreCase }

    /// `limits: { associations, associations_per_address, idle, association, message }`.
    func limits(_ value: YAMLValue) -> RadiologyLimits? {
        value.map { map in
            var limits = RadiologyLimits()
            if let most = map["associations"]?.integer(in: 1...256) { limits.maxAssociations = most }
            if let most = map["associations_per_address"]?.integer(in: 1...256) {
                limits.maxAssociationsPerAddress = most
            }
            // Those of a modality that was switched off and on meet their own dead ones.
            limits.maxConnectionsPerAddress = max(
                limits.maxConnectionsPerAddress, 2 * limits.maxAssociationsPerAddress)
            if let time = seconds(map["idle"], in: .seconds(5)...(.seconds(86_400))) { limits.idleTimeout = time }
            if let time = seconds(map["association"], in: .seconds(1)...(.seconds(60))) {
                limits.associationTimeout = time
            }
            if let time = seconds(map["message"], in: .seconds(1)...(.seconds(600))) { limits.messageTimeout = time }
            return limits
        }
    }

    /// Whole seconds, a broken one counting as another.
    private func seconds(_ value: YAMLValue?, in range: ClosedRange<Duration>) -> Int? {
        guard let time = value?.duration(in: range) else { return nil }
        return Int(time.components.seconds) + (time.components.attoseconds > 0 ? 1 : 0)
    }

    /// `check_address`, `max_associations` and `tls` of a modality.
    func rules(_ map: YAMLMap, host: String?) -> CallerRules {
        var rules = CallerRules()
        if let check = map["check_address"], check.bool() == true {
            if let host, HostText.isIPv4(host) {
                rules.address = host
            } else {
                check.mistake("write the modality's IPv4 address as `host`: names are not looked up when it calls")
            }
        }
        rules.maxAssociations = map["max_associations"]?.integer(in: 1...256)
        rules.tls = map["tls"].flatMap(callerTLS)
        return rules
    }
}
