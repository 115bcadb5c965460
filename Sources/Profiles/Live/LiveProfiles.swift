import Core
import Synchronization

/// The profiles the devices are understood with now. All are swapped at once; whoever asks afterwards gets the new ones.
public final class LiveProfiles: Sendable {
    private let profiles: Mutex<[DeviceID: Profile]>

    /// The profiles of the start.
    public init(_ profiles: [DeviceID: Profile]) { self.profiles = Mutex(profiles) }

    /// The profile of a device; nil for one that is not configured.
    public func profile(of device: DeviceID) -> Profile? { profiles.withLock { $0[device] } }

    /// All of them.
    public var all: [DeviceID: Profile] { profiles.withLock { $0 } }

    /// Takes new profiles for these devices; all others keep theirs.
    public func swap(_ new: [DeviceID: Profile]) {
        profiles.withLock { $0.merge(new) { $1 } }
    }
}

/// The profile of one device, as it is now.
public struct LiveProfile: Sendable {
    private enum Source: Sendable {
        case fixed(Profile)
        case live(LiveProfiles, DeviceID, Profile)
    }

    private let source: Source

    /// One that never changes.
    public init(_ profile: Profile) { source = .fixed(profile) }

    /// The one that `profiles` has for a device.
    /// - Parameter first: what stands where it has none.
    public init(of device: DeviceID, in profiles: LiveProfiles, first: Profile) {
        source = .live(profiles, device, first)
    }

    /// The profile now.
    public var now: Profile {
        switch source {
        case .fixed(let profile): profile
        case .live(let profiles, let device, let first): profiles.profile(of: device) ?? first
        }
    }
}
