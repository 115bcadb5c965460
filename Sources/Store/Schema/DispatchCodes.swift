import Core

/// Where the telling of a device of an order stands.
enum StoredDispatch: StoredCode, CaseIterable {
    /// To be told.
    case due
    /// Handed out, not yet settled.
    case sending
    /// The device has it as it stands.
    case sent
    /// The device refused it: a person looks.
    case refused
    /// Nothing of it is for this device.
    case notForDevice
    /// The device was told to forget it.
    case withdrawn
    /// Nothing is to be told: the order ended before, or the device asks by itself.
    case off

    static var everyCase: [StoredDispatch] { allCases }
    /// Below 2: not finished (index `dispatch_due`); 3 is the refused (index `dispatch_refused`).
    var code: Int64 {
        switch self {
        case .due: 0
        case .sending: 1
        case .sent: 2
        case .refused: 3
        case .notForDevice: 4
        case .withdrawn: 5
        case .off: 6
        }
    }
}

/// What became of an order while a dispatch of it was out, so that it is looked at again where it comes back.
enum DispatchWish: StoredCode, CaseIterable {
    /// It is as it was.
    case none
    /// It changed: it is to be told again.
    case place
    /// It was cancelled: the device is to forget it, if it has it.
    case withdraw
    /// It ended, and the device need not know.
    case nothing

    static var everyCase: [DispatchWish] { allCases }
    var code: Int64 {
        switch self {
        case .none: 0
        case .place: 1
        case .withdraw: 2
        case .nothing: 3
        }
    }
}

/// One step in the story of an order and a device.
enum DispatchStep: StoredCode, CaseIterable {
    case taken, notForDevice, refused, later, notSent, lost, asked

    static var everyCase: [DispatchStep] { allCases }
    var code: Int64 {
        switch self {
        case .taken: 1
        case .notForDevice: 2
        case .refused: 3
        case .later: 4
        case .notSent: 5
        case .lost: 6
        case .asked: 7
        }
    }
}

extension Core.Dispatch.Act: StoredCode {
    static let everyCase: [Core.Dispatch.Act] = [.place, .withdraw]
    var code: Int64 {
        switch self {
        case .place: 1
        case .withdraw: 2
        }
    }
}
