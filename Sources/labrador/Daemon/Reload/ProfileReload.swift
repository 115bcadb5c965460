import Core
import Foundation
import Links
import Profiles

/// Reads the profiles of the configured devices anew, all or nothing.
struct ProfileReload: Sendable {
    let devices: [DeviceConfiguration]
    let folders: [String]
    let profiles: LiveProfiles

    /// What became of a look at the profiles.
    enum Outcome: Sendable {
        /// Every file says what it said.
        case unchanged
        /// The new ones are in use; those of these devices differ, each with what the change waits for, if for anything.
        case swapped([(device: DeviceID, waits: String?)])
        /// The old ones go on; why, and which devices it concerns.
        case refused([ConfigurationMistake], [DeviceID])
    }

    /// Reads them, and puts them in use if all are good.
    func run() -> Outcome {
        let library = ProfileLibrary(directories: folders)
        let old = profiles.all
        var mistakes: [ConfigurationMistake] = []
        var concerned: [DeviceID] = []
        var new: [DeviceID: Profile] = [:]
        var changed: [(device: DeviceID, waits: String?)] = []
        var read: [String: Result<Profile, ConfigurationMistakes>] = [:]
        for device in devices {
            let id = device.profile.id
            let found = read[id] ?? Result { () throws(ConfigurationMistakes) in try library.profile(id: id) }
            read[id] = found
            switch found {
            case .failure(let error):
                mistakes += error.mistakes
                concerned.append(device.id)
            case .success(let profile):
                guard let before = old[device.id], before.files != profile.files else { continue }
                if let gone = before.files.first(where: { !FileManager.default.fileExists(atPath: $0.path) }) {
                    mistakes.append(vanished(gone.path, device, profile))
                    concerned.append(device.id)
                    continue
                }
                if let what = refusal(of: profile, before, device) {
                    mistakes.append(
                        ConfigurationMistake(file: profile.files.first?.path ?? id, line: 1, what: what))
                    concerned.append(device.id)
                }
                new[device.id] = profile
                changed.append((device.id, waits(profile, before)))
            }
        }
        if !mistakes.isEmpty { return .refused(ConfigurationMistakes(mistakes).mistakes, concerned) }
        if new.isEmpty { return .unchanged }
        profiles.swap(new)
        return .swapped(changed)
    }

    /// Another file may be there for the same id, with other rules: nobody asked for those.
    private func vanished(_ path: String, _ device: DeviceConfiguration, _ other: Profile) -> ConfigurationMistake {
        ConfigurationMistake(
            file: path, line: 1,
            what:
                "this file, which the profile of device \(device.id) was read from, is no longer there: put it back, or "
                + "start Labrador again to go on with \(other.files.first?.path ?? other.id)")
    }

    /// Why a changed profile cannot be taken while the daemon runs.
    private func refusal(of profile: Profile, _ before: Profile, _ device: DeviceConfiguration) -> String? {
        if profile.wire != before.wire {
            return "protocol: device \(device.id) speaks \(before.wire.rawValue), and the profile is for "
                + "\(profile.wire.rawValue) now: give the device another profile in labrador.yaml and start Labrador again"
        }
        if device.isToldOfOrders, !profile.canDownload {
            return
                "orders: device \(device.id) is sent orders unasked (orders: download in labrador.yaml), and the profile "
                + "no longer says how"
        }
        return nil
    }

    /// What of a change does not take effect at once.
    private func waits(_ profile: Profile, _ before: Profile) -> String? {
        if profile.canDownload != before.canDownload || profile.canWithdrawAsked != before.canWithdrawAsked
            || profile.canWithdraw != before.canWithdraw
        {
            return "what is sent unasked changes when Labrador is started again"
        }
        if profile.link != before.link || profile.checksum != before.checksum
            || profile.acknowledgement != before.acknowledgement || profile.blocks.framing != before.blocks.framing
            || profile.blocks.dialogue != before.blocks.dialogue
        {
            return "how the link is spoken changes with the next connection"
        }
        return nil
    }
}
